import { curlSigns } from '../support/programs.ts';

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
  {
    name: 'shells',
    missing: () => (curlSigns() ? undefined : 'it needs curl 7.86 or newer'),
    command: process.execPath,
    args: ['drivers/shell.ts'],
    keeps: false,
  },
];
