import { clockSkewMs } from '../values/clocks.ts';
import type { Known } from './plan.ts';
import { isRevoked, mergeRevoked } from './revoked.ts';
import { isExpired, type Token } from './token.ts';
import type { StoredRow } from './token-table.ts';

/** What an instance knows of a row that it was never asked for. */
export function nothingKnown(jitter: number): Known {
  return {
    token: undefined,
    isShared: false,
    lease: undefined,
    forced: undefined,
    revoked: undefined,
    revision: undefined,
    lookedAt: undefined,
    tableFailedAt: undefined,
    jitter,
  };
}

/** Takes over what the table holds now. Returns whether its token is a new one to this instance. */
export function adopt(known: Known, { row, revision }: StoredRow, now: number): boolean {
  // At the same revision nothing has changed: `seenAt` stays, and so does a lease that could not be written.
  if (known.revision !== revision) known.lease = row.lease && { ...row.lease, seenAt: now };
  known.revision = revision;
  if ((row.forced?.at ?? 0) >= (known.forced?.at ?? 0)) known.forced = row.forced;
  known.revoked = mergeRevoked(known.revoked, row.revoked, now);
  // Code that knows nothing of revocations may have written a revoked token back.
  const stored = isRevoked(row.token, known.revoked) ? undefined : row.token;
  // A row that lost its token to an accident leaves ours; one that says of a revocation does not.
  const isGone = row.revoked !== undefined && stored === undefined && known.isShared;
  if (isGone || isRevoked(known.token, known.revoked)) known.token = undefined;
  if (stored === undefined || !replaces(stored, known, now)) return false;
  const isNew = stored.sha256 !== known.token?.sha256;
  known.token = stored;
  known.isShared = true;
  return isNew;
}

/**
 * The table's token comes after one that was read from the table or written to it, whatever the clocks say: each write
 * replaces what its writer had read. One that could not be written is compared by time.
 */
function replaces(stored: Token, { token, isShared }: Known, now: number): boolean {
  if (token === undefined || isExpired(token, now)) return true;
  if (isExpired(stored, now)) return false;
  return isShared || stored.sha256 === token.sha256 || stored.firstSeenAt > token.firstSeenAt - clockSkewMs;
}
