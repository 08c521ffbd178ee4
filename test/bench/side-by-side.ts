import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { type BuildOptions, build } from 'esbuild';
import { cpuOfProcess } from './fresh-process.ts';
import { lambdaContext, proxyEvent, startHarness } from './harness.ts';
import { measureAgainst, median, type Subject } from './interleaved.ts';
import { quieten } from './quiet.ts';
import type { Row } from './report.ts';

const perRound = 3_000;
const coldStarts = 15;
const others = ['middy-secrets-manager', 'openid-client'] as const;

type Handler = (event: object, context: object) => Promise<unknown>;

/** What NodejsFunction gives with bundleAwsSDK where nothing else is said; and the way that ours is built. */
const builds: Record<string, BuildOptions> = {
  'esbuild’s defaults': { format: 'cjs', outExtension: { '.js': '.cjs' } },
  'as ours': {
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    minify: true,
    mainFields: ['module', 'main'],
    // What of it is CommonJS asks for Node's own modules.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  },
};

type Candidate = { name: string; built: string; module: string; bytes: number };

/** The same vend by the service and by what one would write instead, before the same emulators. */
export async function sideBySide(): Promise<Row[]> {
  const harness = await startHarness();
  const environment = { ...harness.environment, CONNECT_URL: harness.connect.url };
  Object.assign(process.env, environment);
  try {
    const ours: Candidate = {
      name: 'this service',
      built: 'as deployed',
      module: join(harness.bundle, 'vend-function.mjs'),
      bytes: harness.built.bytes,
    };
    const candidates = [ours, ...(await buildOthers(harness.bundle))];
    const cold = await coldStartsOf(candidates, environment, harness.dynamodb.clear);
    const warm = await warmVendsOf(candidates);
    return candidates.map((candidate, at) => ({
      what: candidate.name,
      built: candidate.built,
      bytes: candidate.bytes,
      'cold start and first vend': ratio(cold[at]?.mint, cold[0]?.mint),
      'the same, token in the table': at === 0 ? ratio(cold[at]?.table, cold[0]?.mint) : 'mints',
      'warm vend': ratio(warm[at]?.plain, 1),
      'warm vend and one log line': ratio(warm[at]?.logged, 1),
    }));
  } finally {
    await harness.close();
  }
}

async function buildOthers(folder: string): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const name of others) {
    for (const [built, options] of Object.entries(builds)) {
      const extension = options.outExtension?.['.js'] ?? '.js';
      await build({
        entryPoints: [join(import.meta.dirname, 'others', `${name}.ts`)],
        outdir: join(folder, 'others'),
        bundle: true,
        platform: 'node',
        target: 'node24',
        logLevel: 'error',
        ...options,
      });
      const module = join(folder, 'others', `${name}${extension}`);
      candidates.push({ name: titles[name], built, module, bytes: statSync(module).size });
    }
  }
  return candidates;
}

const titles: Record<(typeof others)[number], string> = {
  'middy-secrets-manager': '`@middy/secrets-manager`, `@middy/http-json-body-parser`',
  'openid-client': '`openid-client` in a plain handler',
};

function ratio(one: number | undefined, other: number | undefined): string {
  return ((one ?? Number.NaN) / (other ?? Number.NaN)).toFixed(2);
}

type Cold = { mint: number; table: number };

/** A fresh process that imports the function and vends once, less an empty one; the medians of interleaved runs. */
async function coldStartsOf(
  candidates: readonly Candidate[],
  environment: Record<string, string>,
  clearTable: () => Promise<void>,
): Promise<Cold[]> {
  const costs = candidates.map(() => ({ mint: [] as number[], table: [] as number[] }));
  const empty: number[] = [];
  for (let run = 0; run < coldStarts; run++) {
    empty.push(await cpuOfProcess('await import("node:fs")', environment));
    for (const [at, { module }] of candidates.entries()) {
      await clearTable();
      costs[at]?.mint.push(await cpuOfProcess(vendOnce(module), environment));
      // Only the first candidate has a table: now with a token in it.
      if (at === 0) costs[at]?.table.push(await cpuOfProcess(vendOnce(module), environment));
    }
  }
  const net = (values: number[]) => median(values) - median(empty);
  return costs.map(({ mint, table }) => ({ mint: net(mint), table: net(table) }));
}

function vendOnce(module: string): string {
  return `const { handler } = await import(${JSON.stringify(module)});
    const { statusCode } = await handler(${JSON.stringify(proxyEvent())},
      { awsRequestId: 'cold', getRemainingTimeInMillis: () => 27_000 });
    if (statusCode !== 200) throw new Error('Not vended: ' + statusCode)`;
}

type Warm = { plain: number; logged: number };

/** In this process, in turns, each alone and with the one line that ours writes anyway. */
async function warmVendsOf(candidates: readonly Candidate[]): Promise<Warm[]> {
  const logger = new Logger();
  const event = proxyEvent();
  const loudly = quieten();
  try {
    const handlers: Handler[] = [];
    for (const { module } of candidates)
      handlers.push(((await import(module)) as { handler: Handler }).handler);
    // The body parser leaves its result in the event.
    const vends = handlers.map(
      (handler): Subject =>
        () =>
          handler({ ...event }, lambdaContext()),
    );
    for (const vend of vends) await vend();
    const [ours, ...rest] = vends as [Subject, ...Subject[]];
    const subjects: Record<string, Subject> = {};
    for (const [at, vend] of rest.entries()) {
      subjects[`plain ${at + 1}`] = vend;
      subjects[`logged ${at + 1}`] = async () => {
        await vend();
        logger.info('token request', { request_id: 'r', status: 200, cache: 'memory' });
      };
    }
    const { ratios } = await measureAgainst(ours, subjects, perRound);
    return vends.map((_, at) => ({
      plain: ratios[`plain ${at}`] ?? 1,
      logged: ratios[`logged ${at}`] ?? 1,
    }));
  } finally {
    loudly();
  }
}
