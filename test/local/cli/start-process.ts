import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';

export const repository = join(import.meta.dirname, '..', '..', '..');

export type Result = { code: number; stdout: string; stderr: string };

type Place = { home: string; cwd?: string; shell?: Record<string, string> };

/** Runs a command as a person does whose shell has these variables only. */
export function run(command: string, args: string[], { home, cwd = repository, shell = {} }: Place) {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, NO_COLOR: '1', ...shell };
  return new Promise<Result>((resolve) => {
    execFile(command, args, { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

export type StackProcess = {
  /** All that it has printed so far. */
  printed: () => string;
  /** Resolves once it has printed what `find` looks for, after so many characters. */
  waitFor: (find: RegExp, after?: number) => Promise<RegExpExecArray>;
  /** Ctrl-C. Resolves to all that it printed. */
  end: () => Promise<string>;
};

/** `npm start` that stays. Resolves once it waits for requests. */
export async function startAndStay(args: string[], home: string): Promise<StackProcess> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, NO_COLOR: '1' };
  const program = ['infra/preflight.js', '--clean', 'test/local/cli/start.ts', ...args];
  const child = spawn(process.execPath, program, { cwd: repository, env, detached: true });
  let printed = '';
  let hasEnded = false;
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      printed += String(text);
      tell();
    });
  const closed = new Promise<string>((resolve) => {
    child.on('close', () => {
      hasEnded = true;
      tell();
      resolve(printed);
    });
  });
  const waitFor = (find: RegExp, after = 0) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = find.exec(printed.slice(after));
        if (found === null && !hasEnded) return;
        listeners.delete(look);
        if (found === null) reject(new Error(`npm start ended, without ${find}:\n${printed}`));
        else resolve(found);
      };
      listeners.add(look);
      look();
    });
  const end = () => {
    // As a terminal does, to the whole group.
    if (!hasEnded) process.kill(-Number(child.pid), 'SIGINT');
    return closed;
  };
  await waitFor(/Ctrl-C ends the stack\./);
  return { printed: () => printed, waitFor, end };
}
