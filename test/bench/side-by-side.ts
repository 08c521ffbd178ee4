import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildByDefault } from './cold-start.ts';
import { powertoolsHandler } from './constant-handlers.ts';
import { cpuOfProcesses, importing, vendingOnce } from './fresh-process.ts';
import { type Handler, proxyEvent, startHarness } from './harness.ts';
import { measureAgainst, quietly } from './interleaved.ts';
import type { Row } from './report.ts';
import { calling } from './warm-vend.ts';

export const coldVends = 15;

type Vendor = { what: string; module: string; bytes: number };

/** The same vend by the service and by what one would write in its place, before the same emulators. */
export async function sideBySide(): Promise<Row[]> {
  const harness = await startHarness();
  const { connect, secretsManager, environment } = harness;
  try {
    const byDefault = async (what: string, file: string): Promise<Vendor> => ({
      what,
      ...(await buildByDefault(join(import.meta.dirname, 'others', file), harness.bundle)),
    });
    const vendors: Vendor[] = [
      {
        what: 'this service',
        module: join(harness.bundle, 'vend-function.mjs'),
        bytes: harness.built.bytes,
      },
      await byDefault('`@middy/secrets-manager` and `@middy/http-json-body-parser`', 'middy-vendor.ts'),
      await byDefault('`openid-client` in a plain handler', 'openid-vendor.ts'),
    ];
    const rows: Row[] = [];
    const warm = await warmVends(vendors);
    let ours = Number.NaN;
    for (const { what, module, bytes } of vendors) {
      await harness.dynamodb.clear();
      connect.requests.length = 0;
      secretsManager.reads.length = 0;
      const { start = Number.NaN, vend = Number.NaN } = await cpuOfProcesses(
        { start: importing(module), vend: vendingOnce(module, proxyEvent()) },
        environment,
        coldVends,
      );
      if (what === 'this service') ours = start;
      rows.push({
        what,
        bytes,
        'cold start': (start / ours).toFixed(2),
        'cold start and first vend': (vend / ours).toFixed(2),
        'warm vend': warm[what]?.toFixed(2) ?? '',
        [`mints of ${coldVends} instances`]: connect.requests.length,
        'reads of the secret': secretsManager.reads.length,
      });
    }
    return rows;
  } finally {
    await harness.close();
  }
}

async function warmVends(vendors: readonly Vendor[]): Promise<Record<string, number>> {
  const subjects: Record<string, () => Promise<unknown>> = {};
  for (const { what, module } of vendors) {
    const { handler } = (await import(pathToFileURL(module).href)) as { handler: Handler };
    subjects[what] = calling(handler);
    const { statusCode } = (await quietly(calling(handler))) as { statusCode: number };
    if (statusCode !== 200) throw new Error(`Not vended by ${what}: ${statusCode}`);
  }
  return (await measureAgainst(calling(powertoolsHandler()), subjects)).ratios;
}
