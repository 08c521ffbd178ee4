import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { median } from './interleaved.ts';

const run = promisify(execFile);

/** The code of a process, and what is done before each one that runs it. */
export type Program = { code: string; before?: () => Promise<unknown> };

/** What a fresh process writes to stderr, which runs `code` and ends. */
export async function outputOfProcess(code: string, environment: Record<string, string>): Promise<string> {
  const { stderr } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    env: environment,
  });
  return stderr;
}

/** User and system time, in milliseconds, of a fresh process that runs `code` and ends. */
async function cpuOfProcess(code: string, environment: Record<string, string>): Promise<number> {
  const program = `${code}
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stderr.write(String((userCPUTime + systemCPUTime) / 1000));
    process.exit(0);`;
  return Number(await outputOfProcess(program, environment));
}

/** The same of each of `programs`, in turns, less what an empty process takes; medians. */
export async function cpuOfProcesses(
  programs: Record<string, Program>,
  environment: Record<string, string>,
  times: number,
): Promise<Record<string, number>> {
  const all: Record<string, Program> = { empty: { code: 'await import("node:fs");' }, ...programs };
  const costs: Record<string, number[]> = Object.fromEntries(Object.keys(all).map((name) => [name, []]));
  for (let at = 0; at < times; at++) {
    for (const [name, { code, before }] of Object.entries(all)) {
      await before?.();
      costs[name]?.push(await cpuOfProcess(code, environment));
    }
  }
  const empty = median(costs['empty'] ?? []);
  return Object.fromEntries(Object.entries(costs).map(([name, values]) => [name, median(values) - empty]));
}

export function importing(module: string): Program {
  return { code: `await import(${JSON.stringify(pathToFileURL(module).href)});` };
}

/** Imports the module and has its handler vend once. `startedAt` is when the handler was called. */
export function vendingOnce(module: string, event: object): Program {
  const code = `const { handler } = await import(${JSON.stringify(pathToFileURL(module).href)});
    const event = ${JSON.stringify(event)};
    event.requestContext.requestTimeEpoch = Date.now();
    const startedAt = performance.now();
    const { statusCode } = await handler(event,
      { awsRequestId: 'cold', getRemainingTimeInMillis: () => 27_000 });
    if (statusCode !== 200) throw new Error('Not vended: ' + statusCode);`;
  return { code };
}
