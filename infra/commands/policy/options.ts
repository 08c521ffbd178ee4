import type { ParseArgsOptionsConfig } from 'node:util';
import { printable } from '../../files/problems.ts';
import { readArguments, UsageError } from '../command-line.ts';

const common = {
  policy: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

export type Subcommand = 'matrix' | 'diff' | 'explain' | 'check';

/** Reads a subcommand's own options and those that all have. */
export function readOptions<const O extends ParseArgsOptionsConfig>(
  name: Subcommand,
  args: string[],
  options: O,
) {
  return readArguments(`npm run policy -- ${name}`, {
    args,
    options: { ...common, ...options },
    allowPositionals: true,
  });
}

export function refuseArguments(name: Subcommand, positionals: readonly string[]): void {
  if (positionals.length === 0) return;
  throw new UsageError(`Unexpected argument: ${positionals[0]}. Options: npm run policy -- ${name} --help`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

export function printLines(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(''));
}
