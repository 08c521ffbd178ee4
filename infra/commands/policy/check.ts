import { ConfigurationError } from '../../files/problems.ts';
import { plural } from '../../grants/words.ts';
import { type CompiledPolicy, readPolicy } from '../../policy/compile.ts';
import { fromShell, usageStatus } from '../command-line.ts';
import { printJson, printLines, readOptions } from './options.ts';
import { policiesOfStages } from './policy-file.ts';

const help = `npm run policy -- check [FILE…]

Checks policy files as cdk synth does, with the same messages: FILE:LINE:COLUMN FIELD: what to write instead.
Warns of grants that expire within 30 days. What two stages share, only synth compares.
Without FILE: the policies that the stages of cdk.json name.

  --policy FILE   the same as FILE
  --json          [{ "file", "ok", "problems": ["…"] }]
  --quiet         prints nothing about a file without mistakes

Exit status: 0 no mistake, 2 a mistake in a file or in the options.
`;

type Checked = { file: string; compiled?: CompiledPolicy; problems: string[] };

export function check(args: string[]): number {
  const { values, positionals } = readOptions('check', args, { quiet: { type: 'boolean' } });
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  const named = [...positionals, ...(values.policy === undefined ? [] : [values.policy])].map(fromShell);
  const checked = (named.length === 0 ? policiesOfStages() : named).map(checkFile);
  if (values.json === true) {
    printJson(checked.map(({ file, problems }) => ({ file, ok: problems.length === 0, problems })));
  } else {
    if (values.quiet !== true) printLines(checked.flatMap(praise));
    process.stderr.write(
      checked
        .flatMap(({ compiled }) => compiled?.warnings ?? [])
        .map(asLine)
        .join(''),
    );
    process.stderr.write(
      checked
        .flatMap(({ problems }) => problems)
        .map(asLine)
        .join(''),
    );
  }
  return checked.every(({ problems }) => problems.length === 0) ? 0 : usageStatus;
}

function checkFile(file: string): Checked {
  try {
    const today = new Date().toISOString().slice(0, 10);
    return { file, compiled: readPolicy(file, { target: 'deployment', today }), problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { file, problems: error.message.split('\n') };
  }
}

function asLine(text: string): string {
  return `${text}\n`;
}

function praise({ file, compiled }: Checked): string[] {
  if (compiled === undefined) return [];
  const { policy, principals } = compiled;
  const count = (noun: string, list: readonly unknown[]) => `${list.length} ${plural(noun, list)}`;
  return [`${file}: no mistakes; ${count('grant', policy.grants)}, ${count('principal', principals)}`];
}
