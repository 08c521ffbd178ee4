import { execFileSync } from 'node:child_process';

/** A language that has a kit, and the driver of its tests. */
export type Language = {
  name: string;
  /** Why its kit cannot run on this machine, if it cannot. */
  missing: () => string | undefined;
  /** Starts the driver, in this folder. */
  command: string;
  args: string[];
  env?: Record<string, string>;
  /** Whether the kit keeps tokens. A shell command cannot. */
  keeps: boolean;
};

export const languages: Language[] = [
  {
    name: 'TypeScript',
    missing: () => undefined,
    command: process.execPath,
    args: ['drivers/typescript.ts'],
    keeps: true,
  },
];

/** What a command prints; undefined where it fails or does not exist. */
export function outputOf(command: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}
