import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * User and system time, in milliseconds, of a process that runs `code` and ends; whatever it prints meanwhile is
 * lost, and where it fails so does this.
 */
export async function cpuOfProcess(code: string, environment: Record<string, string>): Promise<number> {
  const program = `${code};
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stderr.write('\\nCPU ' + (userCPUTime + systemCPUTime) / 1000, () => process.exit(0));`;
  const { stderr } = await run(process.execPath, ['--input-type=module', '--eval', program], {
    env: environment,
    timeout: 30_000,
  });
  const [, milliseconds] = /\nCPU ([\d.]+)$/.exec(stderr) ?? [];
  if (milliseconds === undefined) throw new Error(`The process did not say what it took: ${stderr}`);
  return Number(milliseconds);
}
