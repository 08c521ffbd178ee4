import { type Row, type RowFilter, rowsOf } from '../../grants/rows.ts';
import { UsageError } from '../command-line.ts';
import { staleMatrices, writeMatrices } from './committed-matrix.ts';
import { matrixCsv } from './matrix-csv.ts';
import { matrixText } from './matrix-text.ts';
import { printJson, printLines, readOptions, refuseArguments } from './options.ts';
import { openPolicy, policiesOfStages, policyPath } from './policy-file.ts';
import { readWho } from './who.ts';

const help = `npm run policy -- matrix

Says who may have what: a row for each principal, client, grant type, scope and set of conditions. Conditions of one row
hold together. A request passes if one row covers it for each of its scopes.

  --policy FILE   the policy file; default infra/policy.yaml
  --who ARN       only what this role, user, principal or session may have
  --scope SCOPE   only this scope
  --unscoped      only tokens without a scope
  --json          an array of rows
  --csv           RFC 4180, for a spreadsheet: a cell that begins with = + - @ gets an apostrophe before it
  --write         writes the matrix beside the policy, as FILE.matrix.md; without --policy, beside each policy of cdk.json
  --check         compares the files that --write writes

Exit status: 0 done, 1 --check found a matrix that is missing or out of date, 2 a mistake in a file or in the options.
`;

const options = {
  who: { type: 'string' },
  scope: { type: 'string' },
  unscoped: { type: 'boolean' },
  csv: { type: 'boolean' },
  write: { type: 'boolean' },
  check: { type: 'boolean' },
} as const;

export function matrix(args: string[]): number {
  const { values, positionals } = readOptions('matrix', args, options);
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  refuseArguments('matrix', positionals);
  const format = exclusive(values, ['json', 'csv', 'write', 'check']);
  if (format === 'write' || format === 'check') {
    const filter = (['who', 'scope', 'unscoped'] as const).find((name) => values[name] !== undefined);
    if (filter !== undefined) throw new UsageError(`--${format} cannot be used with --${filter}`);
    return file(format, values.policy === undefined ? policiesOfStages() : [policyPath(values.policy)]);
  }
  return print(format, rowsOf(openPolicy(policyPath(values.policy)), readFilter(values)));
}

function file(format: 'write' | 'check', paths: readonly string[]): number {
  if (format === 'write') {
    printLines(writeMatrices(paths));
    return 0;
  }
  const problem = staleMatrices(paths);
  if (problem !== undefined) process.stderr.write(`${problem}\n`);
  return problem === undefined ? 0 : 1;
}

function print(format: 'json' | 'csv' | undefined, rows: readonly Row[]): number {
  if (format === 'json') printJson(rows);
  else if (format === 'csv') process.stdout.write(matrixCsv(rows));
  else printLines(matrixText(rows, process.stdout.columns ?? Number.POSITIVE_INFINITY));
  return 0;
}

function readFilter(values: { who?: string; scope?: string; unscoped?: boolean }): RowFilter {
  exclusive(values, ['scope', 'unscoped']);
  return {
    who: values.who === undefined ? undefined : readWho(values.who),
    scope: values.unscoped === true ? null : values.scope,
  };
}

/** The one of these options that is given. Throws UsageError for two. */
function exclusive<const N extends string>(values: Partial<Record<N, unknown>>, names: readonly N[]) {
  const [first, second] = names.filter((name) => values[name] !== undefined);
  if (second !== undefined) throw new UsageError(`--${first} cannot be used with --${second}`);
  return first;
}
