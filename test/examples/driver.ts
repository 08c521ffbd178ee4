import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Language } from './languages.ts';

/**
 * What a driver is told, a JSON object on a line of its stdin. It answers each with one line on stdout before it reads the
 * next.
 */
export type Command =
  /** Makes a kit, which the later commands use. The fields are those of a token request. */
  | {
      do: 'new';
      tokenUrl: string;
      region?: string;
      retailerId?: string;
      request: Record<string, string | number>;
    }
  /** Asks the kit for a token, so many times at once. */
  | { do: 'token'; times?: number }
  /** Sends GET to Connect with the kit's helper. */
  | { do: 'call'; url: string }
  /** Spends a one-time code. */
  | { do: 'code'; code: string; redirectUri: string }
  /** Prints the kit's objects in every form that the language has. */
  | { do: 'show' };

/** What the kit's error says; `shown` is the error in every form that the language has. */
export type Failed = {
  status?: number | null;
  error?: string | null;
  description?: string | null;
  requestId?: string | null;
  retryAfterSeconds?: number | null;
  shown: string;
};

export type Reply = {
  /** To `new`. */
  ready?: true;
  /** To `token` and `code`: of each different token. A token itself is never in an answer. */
  sha256?: string[];
  /** To `call`. */
  status?: number;
  /** To `show`. */
  shown?: string;
  /** To any. Of a hundred callers, the failure that they all met; drivers report different ones as an error of their own. */
  failed?: Failed;
};

export type Driver = ReturnType<typeof startDriver>;

/** Starts the process in which a language's kit runs. `printed` is all that it has written so far. */
export function startDriver({ name, command, args, env }: Language, environment: Record<string, string>) {
  const child = spawn(command, args, {
    cwd: import.meta.dirname,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...environment, ...env },
  });
  const printed: string[] = [];
  const lines = linesOf(child, printed);

  async function ask(message: Command): Promise<Reply> {
    child.stdin.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`The driver of ${name} ended:\n${printed.join('')}`);
    return JSON.parse(value) as Reply;
  }

  async function close(): Promise<void> {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end();
    await ended;
  }

  return { ask, printed: () => printed.join(''), close };
}

function linesOf(child: ChildProcessWithoutNullStreams, printed: string[]): AsyncIterator<string> {
  child.stdin.on('error', () => {
    // The driver has ended: the next answer will tell.
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => printed.push(text));
  }
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}
