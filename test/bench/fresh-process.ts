import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { median } from './interleaved.ts';

const run = promisify(execFile);

/** User and system time, in milliseconds, of a fresh process that runs `code` and ends. */
async function cpuOfProcess(code: string, environment: Record<string, string>): Promise<number> {
  const program = `${code}
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stderr.write(String((userCPUTime + systemCPUTime) / 1000));
    process.exit(0);`;
  const { stderr } = await run(process.execPath, ['--input-type=module', '--eval', program], {
    env: environment,
  });
  return Number(stderr);
}

/** The same of each of `programs`, in turns, less what an empty process takes; medians. */
export async function cpuOfProcesses(
  programs: Record<string, string>,
  environment: Record<string, string>,
  times: number,
): Promise<Record<string, number>> {
  const all = { empty: 'await import("node:fs");', ...programs };
  const costs: Record<string, number[]> = Object.fromEntries(Object.keys(all).map((name) => [name, []]));
  for (let at = 0; at < times; at++) {
    for (const [name, code] of Object.entries(all)) costs[name]?.push(await cpuOfProcess(code, environment));
  }
  const empty = median(costs['empty'] ?? []);
  return Object.fromEntries(Object.entries(costs).map(([name, values]) => [name, median(values) - empty]));
}

export function importing(module: string): string {
  return `await import(${JSON.stringify(pathToFileURL(module).href)});`;
}
