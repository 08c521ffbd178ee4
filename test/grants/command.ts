import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const repository = join(import.meta.dirname, '..', '..');

export type Result = { code: number | null; out: string; err: string };

/** The command as package.json runs it, from the shell of somebody who is in `folder`. */
export async function policyCommand(
  args: string[],
  { input = '', folder = repository } = {},
): Promise<Result> {
  const script = ['infra/preflight.js', 'infra/commands/policy/main.ts', ...args];
  const env = { PATH: process.env['PATH'], HOME: folder, INIT_CWD: folder };
  const child = spawn(process.execPath, script, { cwd: repository, env });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => {
      child.on('close', resolve);
    }),
  ]);
  return { code, out, err };
}
