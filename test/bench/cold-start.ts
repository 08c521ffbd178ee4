import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { median, startHarness } from './harness.ts';
import type { Row } from './report.ts';

const run = promisify(execFile);
const runs = 21;

/** User and system time, in milliseconds, of a process that imports a module and ends. */
async function cpuOf(module: string, environment: Record<string, string>): Promise<number> {
  const code = `await import(${JSON.stringify(module)});
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stderr.write(String((userCPUTime + systemCPUTime) / 1000));
    process.exit(0);`;
  const { stderr } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    env: environment,
  });
  return Number(stderr);
}

export async function coldStart(): Promise<Row[]> {
  const harness = await startHarness();
  try {
    const plain = join(harness.bundle, 'plain.cjs');
    // What NodejsFunction gives with bundleAwsSDK, where nothing else is said.
    await build({
      entryPoints: [join(import.meta.dirname, 'plain-handler.ts')],
      outfile: plain,
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'cjs',
      logLevel: 'silent',
    });
    const modules = { empty: 'node:fs', ours: `${harness.bundle}/vend-function.mjs`, plain };
    const costs: Record<keyof typeof modules, number[]> = { empty: [], ours: [], plain: [] };
    for (let at = 0; at < runs; at++) {
      for (const name of ['empty', 'ours', 'plain'] as const) {
        costs[name].push(await cpuOf(modules[name], harness.environment));
      }
    }
    const [empty, ours, reference] = [median(costs.empty), median(costs.ours), median(costs.plain)];
    const share = (ours - empty) / (reference - empty);
    return [
      { what: 'plain handler', bytes: statSync(plain).size, 'CPU, plain = 1': '1.00' },
      { what: 'vend function', bytes: harness.built.bytes, 'CPU, plain = 1': share.toFixed(2) },
    ];
  } finally {
    await harness.close();
  }
}
