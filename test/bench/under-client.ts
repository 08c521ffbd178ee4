import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { proxyEvent, startHarness } from './harness.ts';
import { calmly, median, ratiosTo } from './interleaved.ts';
import type { Row } from './report.ts';
import { startRuntimeApi } from './runtime-api.ts';

/** Fresh processes differ by more than rounds do. */
export const processes = 3;
export const clientRounds = 21;
export const invocationsPerRound = 120;
/** For the compiler, before the first round that counts. */
const warmUpRounds = 20;

/** A process that a runtime client keeps alive. */
type Instance = {
  invoke: (event: object) => Promise<unknown>;
  /** User and system time so far, in microseconds. */
  cpu: () => Promise<number>;
  close: () => Promise<void>;
};

type Client = { name: string; script: string };

const ownLoop: Client = {
  name: 'a minimal loop over node:http',
  script: join(import.meta.dirname, 'runtime-loop.ts'),
};

/** `folder` is where `npm install aws-lambda-ric` was run, if it was. */
export async function warmVendUnderClient(folder: string | undefined): Promise<Row[]> {
  const clients = [ownLoop];
  if (folder !== undefined) {
    const script = join(folder, 'node_modules', 'aws-lambda-ric', 'index.mjs');
    clients.push({ name: 'aws-lambda-ric', script });
  }
  const rows: Row[] = [];
  for (const client of clients) rows.push(await rowOf(client));
  return rows;
}

async function rowOf({ name, script }: Client): Promise<Row> {
  const ratios = await calmly(() => medianRatios(script));
  const ratio = (subject: string) => ratios[subject] ?? Number.NaN;
  return {
    'runtime client': name,
    'constant handler, Powertools’ logger': '1.00',
    'the same again (control)': ratio('control').toFixed(2),
    'constant handler, console.log': ratio('console').toFixed(2),
    '**warm vend**': ratio('vend').toFixed(2),
    'warm vend, console.log = 1': (ratio('vend') / ratio('console')).toFixed(2),
  };
}

async function medianRatios(script: string): Promise<Record<string, number>> {
  const sets: Array<Record<string, number>> = [];
  while (sets.length < processes) sets.push(await ratiosUnder(script));
  const subjects = Object.keys(sets[0] ?? {});
  return Object.fromEntries(
    subjects.map((subject) => [subject, median(sets.map((set) => set[subject] ?? Number.NaN))]),
  );
}

/** Every process that is measured is a fresh one, the control too. */
async function ratiosUnder(script: string): Promise<Record<string, number>> {
  const harness = await startHarness();
  const constants = pathToFileURL(join(import.meta.dirname, 'constant-handlers.ts')).href;
  const constant = (kind: string) =>
    `import { ${kind} } from ${JSON.stringify(constants)};\nconst handler = ${kind}();`;
  const ours = pathToFileURL(join(harness.bundle, 'vend-function.mjs')).href;
  const sources = {
    reference: constant('powertoolsHandler'),
    control: constant('powertoolsHandler'),
    console: constant('consoleHandler'),
    vend: `import { handler } from ${JSON.stringify(ours)};`,
  };
  const instances: Record<string, Instance> = {};
  try {
    for (const [subject, source] of Object.entries(sources)) {
      const root = join(harness.bundle, `under-client-${subject}`);
      instances[subject] = await startInstance(script, root, source, harness.environment);
    }
    return ratiosTo('reference', await measure(instances));
  } finally {
    await Promise.all(Object.values(instances).map((one) => one.close()));
    await harness.close();
  }
}

/** The CPU of one invocation in each round, by subject: they take turns. */
async function measure(instances: Record<string, Instance>): Promise<Record<string, number[]>> {
  const costs: Record<string, number[]> = Object.fromEntries(
    Object.keys(instances).map((name) => [name, []]),
  );
  for (let round = -warmUpRounds; round < clientRounds; round++) {
    for (const [name, { invoke, cpu }] of Object.entries(instances)) {
      const before = await cpu();
      for (let call = 0; call < invocationsPerRound; call++) {
        const { statusCode } = (await invoke(proxyEvent())) as { statusCode: number };
        if (statusCode !== 200) throw new Error(`Not vended: ${statusCode}`);
      }
      if (round >= 0) costs[name]?.push(((await cpu()) - before) / invocationsPerRound);
    }
  }
  return costs;
}

/** What AWS's runtime client wants to know besides. */
const lambdaEnvironment = {
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/bench',
  AWS_LAMBDA_LOG_STREAM_NAME: 'bench',
};

/** `source` imports or builds a `handler`. An event of our own asks the process for its CPU time. */
async function startInstance(
  script: string,
  root: string,
  source: string,
  environment: Record<string, string>,
): Promise<Instance> {
  mkdirSync(root);
  writeFileSync(
    join(root, 'index.mjs'),
    `${source}\nconst instance = async (event, context) =>
  'cpu' in event ? process.cpuUsage() : handler(event, context);\nexport { instance };\n`,
  );
  const api = await startRuntimeApi();
  const nowhere = openSync(devNull, 'w');
  const child = spawn(process.execPath, [script], {
    env: {
      ...environment,
      ...lambdaEnvironment,
      AWS_LAMBDA_RUNTIME_API: api.address,
      LAMBDA_TASK_ROOT: root,
      _HANDLER: 'index.instance',
    },
    stdio: ['ignore', nowhere, 'inherit'],
  });
  closeSync(nowhere);
  child.once('exit', (status) => api.fail(new Error(`The runtime client ended with ${status}`)));
  return {
    invoke: api.invoke,
    cpu: async () => {
      const { user, system } = (await api.invoke({ cpu: true })) as NodeJS.CpuUsage;
      return user + system;
    },
    close: async () => {
      await ended(child);
      await api.close();
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const end = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await end;
}
