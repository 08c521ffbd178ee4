import { statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { cpuOfProcesses, importing } from './fresh-process.ts';
import { startHarness } from './harness.ts';
import type { Row } from './report.ts';

export const coldStarts = 75;

/** CPU of a process that imports the deployed bundle, against one that imports a plain handler; bytes of both. */
export async function coldStart(): Promise<Row[]> {
  const harness = await startHarness();
  try {
    const plain = await buildByDefault(join(import.meta.dirname, 'plain-handler.ts'), harness.bundle);
    const programs = {
      ours: importing(`${harness.bundle}/vend-function.mjs`),
      plain: importing(plain.module),
    };
    // As deployed: AWS's own endpoints, and what it takes to speak TLS with them.
    const {
      AWS_ENDPOINT_URL_DYNAMODB: _,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: __,
      ...environment
    }: Record<string, string> = harness.environment;
    const costs = await cpuOfProcesses(programs, environment, coldStarts);
    const { ours = Number.NaN, plain: reference = Number.NaN } = costs;
    return [
      { what: 'plain handler', bytes: plain.bytes, 'CPU, plain = 1': '1.00' },
      {
        what: '**vend function**',
        bytes: harness.built.bytes,
        'CPU, plain = 1': (ours / reference).toFixed(2),
      },
    ];
  } finally {
    await harness.close();
  }
}

/** What NodejsFunction gives with bundleAwsSDK, where nothing else is said. */
export async function buildByDefault(
  source: string,
  folder: string,
): Promise<{ module: string; bytes: number }> {
  const module = join(folder, `${source.replace(/^.*\/|\.ts$/g, '')}.cjs`);
  await build({
    entryPoints: [source],
    outfile: module,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    logLevel: 'silent',
  });
  return { module, bytes: statSync(module).size };
}
