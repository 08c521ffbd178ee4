import { runCommand, UsageError } from '../command-line.ts';
import { check } from './check.ts';
import { diff } from './diff.ts';
import { explain } from './explain.ts';
import { help } from './help.ts';
import { matrix } from './matrix.ts';

type Subcommand = (args: string[]) => Promise<number> | number;

const subcommands: Readonly<Record<string, Subcommand>> = { matrix, diff, explain, check };

await runCommand(([name = '', ...args]) => {
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(help);
    return 0;
  }
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (subcommand === undefined) {
    const known = Object.keys(subcommands).join(', ');
    throw new UsageError(
      `${name === '' ? 'No subcommand' : `No such subcommand: ${name}`}. Write one of ${known}. Options: npm run policy -- --help`,
    );
  }
  return subcommand(args);
});
