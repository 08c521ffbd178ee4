import { differenceLines, differencesBetween } from '../../grants/differences.ts';
import { UsageError } from '../command-line.ts';
import { printJson, printLines, readOptions } from './options.ts';
import { openPolicy, openRevision, policyPath } from './policy-file.ts';

const help = `npm run policy -- diff OLD [NEW]

Says who gains (+) and who loses (-) what, one line each, and what else to look at (*). It compares what the policies
permit, not how they say it: a grant that is renamed or split is no difference.
OLD and NEW are files, git:REVISION (the policy file as it was there) or git:REVISION:FILE. Without NEW: the policy file.

  --policy FILE   the policy file; default infra/policy.yaml
  --json          { "gains": [], "losses": [], "notes": [] }

Exit status: 0 nobody gains anything, 1 somebody gains something, 2 a mistake in a file or in the options.
`;

export function diff(args: string[]): number {
  const { values, positionals } = readOptions('diff', args, {});
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  const [old, wanted, ...more] = positionals;
  if (old === undefined || more.length > 0) {
    throw new UsageError('Write one or two policies: OLD and NEW. Options: npm run policy -- diff --help');
  }
  const path = policyPath(values.policy);
  const before = openRevision(old, path);
  const after = wanted === undefined ? openPolicy(path) : openRevision(wanted, path);
  const differences = differencesBetween(before, after);
  const lines = differenceLines(differences);
  if (values.json === true) printJson(differences);
  else printLines(lines.length === 0 ? ['Nobody gains or loses anything.'] : lines);
  return differences.gains.length === 0 ? 0 : 1;
}
