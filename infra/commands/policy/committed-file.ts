import { spawnSync } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { UsageError } from '../command-line.ts';

/** The text of a file as it is in a commit. Throws UsageError, with git's own words, where git has none. */
export function readCommitted(revision: string, file: string): string {
  const args = ['-C', dirname(file), 'show', `${revision}:./${basename(file)}`];
  const { status, stdout, stderr, error } = spawnSync('git', args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  const reason = error?.message ?? stderr.trim().split('\n')[0];
  throw new UsageError(`git:${revision} has no policy ${file}: ${reason}`);
}
