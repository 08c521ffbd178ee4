import { runCommand } from '../command-line.ts';
import { runSubcommand } from './subcommands.ts';

await runCommand(runSubcommand);
