import { UsageError } from '../command-line.ts';
import { check } from './check.ts';
import { diff } from './diff.ts';
import { explain } from './explain.ts';
import { help } from './help.ts';
import { matrix } from './matrix.ts';

type Run = (args: string[]) => Promise<number> | number;

const subcommands: Readonly<Record<string, Run>> = { matrix, diff, explain, check };

/** Returns the exit status. Throws UsageError and ConfigurationError for what the user can correct. */
export async function runSubcommand([name = '', ...args]: string[]): Promise<number> {
  if (name === '--help' || name === '-h') {
    process.stdout.write(help);
    return 0;
  }
  const run = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (run !== undefined) return run(args);
  const problem = name === '' ? 'No subcommand' : `No such subcommand: ${name}`;
  const known = Object.keys(subcommands).join(', ');
  throw new UsageError(`${problem}. Write one of ${known}. Options: npm run policy -- --help`);
}
