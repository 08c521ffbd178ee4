import { resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ConfigurationError, printable } from '../files/problems.ts';

/** A mistake on the command line, or between files. The message is for the user to read as it is. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Reads options as `parseArgs` does. Throws UsageError, which names the command that prints the options. */
export function readArguments<const C extends ParseArgsConfig>(command: string, config: C) {
  try {
    return parseArgs(config);
  } catch (error) {
    const [sentence] = (error as Error).message.split('. ');
    throw new UsageError(`${sentence}. Options: ${command} --help`);
  }
}

/** A relative file starts at the folder that the user is in. npm runs scripts in the package's folder, and names that one. */
export function fromShell(file: string): string {
  // biome-ignore lint/style/noProcessEnv: npm names the user's folder nowhere else
  const folder = process.env['INIT_CWD'] ?? process.cwd();
  return folder === process.cwd() ? file : resolve(folder, file);
}

/** Exit status of a command that could not do its work: a mistake in its options or files. */
export const usageStatus = 2;

/**
 * Runs a command and sets the exit status that it returns. A mistake that the user can correct is one line on stderr and
 * status 2; a bug is its stack trace and status 1.
 */
export async function runCommand(command: (args: string[]) => Promise<number> | number): Promise<void> {
  // The reader of a pipe has seen enough, as head has.
  process.stdout.on('error', () => process.exit());
  try {
    process.exitCode = await command(process.argv.slice(2));
  } catch (error) {
    const isMistake = error instanceof UsageError || error instanceof ConfigurationError;
    const text = isMistake ? error.message : ((error as Error).stack ?? '');
    process.stderr.write(
      text
        .split('\n')
        .map((line) => `${printable(line)}\n`)
        .join(''),
    );
    process.exitCode = isMistake ? usageStatus : 1;
  }
}
