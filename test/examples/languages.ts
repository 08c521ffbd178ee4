import { execFileSync } from 'node:child_process';
import { buildGo, missingForGo } from './go-programs.ts';

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
  ...pythons(),
  {
    name: 'Go',
    missing: () => missingForGo('github.com/aws/aws-sdk-go-v2', 'golang-github-aws-aws-sdk-go-v2-dev'),
    prepare: () => buildGo('./drivers/go/main.go'),
    command: 'built by prepare',
    args: [],
    keeps: true,
  },
];

/** The first python3 of the PATH and the system's own: they may have botocores of different ages. */
function pythons(): Language[] {
  const versions =
    'import botocore, sys; print(sys.version.split()[0], "with botocore", botocore.__version__)';
  const [first, system] = ['python3', '/usr/bin/python3'].map((command) => ({
    command,
    version: outputOf(command, '-c', versions)?.trim(),
  }));
  const others = system?.version === undefined || system.version === first?.version ? [] : [system];
  return [first, ...others]
    .flatMap((python) => python ?? [])
    .map(({ command, version }) => ({
      name: `Python ${version ?? ''}`.trim(),
      missing: () => (version === undefined ? 'python3 has no botocore' : undefined),
      command,
      // No folder __pycache__ beside the kit.
      args: ['-B', 'drivers/python.py'],
      keeps: true,
    }));
}

/** What a command prints; undefined where it fails or does not exist. */
export function outputOf(command: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}
