import { curlSigns } from '../support/programs.ts';
import { buildGo, missingForGo } from './go-programs.ts';
import { pythons } from './pythons.ts';

/** A language that has a kit, and the driver of its tests. */
export type Language = {
  name: string;
  /** Why its kit cannot run on this machine, if it cannot. */
  missing: () => string | undefined;
  /** Builds the driver, and gives the command that starts it. */
  prepare?: () => Promise<string>;
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
  {
    name: 'shells',
    missing: () => (curlSigns() ? undefined : 'it needs curl 7.86 or newer'),
    command: process.execPath,
    args: ['drivers/shell.ts'],
    keeps: false,
  },
  ...pythons('botocore').map(({ name, command, missing }) => ({
    name,
    missing: () => missing,
    command,
    // Without -B, Python would write a folder beside the kit.
    args: ['-B', 'drivers/python.py'],
    keeps: true,
  })),
  {
    name: 'Go',
    missing: () => missingForGo('github.com/aws/aws-sdk-go-v2', 'golang-github-aws-aws-sdk-go-v2-dev'),
    prepare: () => buildGo('./drivers/go/main.go'),
    command: 'what prepare has built',
    args: [],
    keeps: true,
  },
];
