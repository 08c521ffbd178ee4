import type { Lease } from './lease.ts';
import type { Known } from './plan.ts';
import { isExpired, type Token } from './token.ts';
import type { Revision, StoredRow } from './token-table.ts';

/** By more than this, clocks of instances do not differ. */
const clockSkewMs = 60_000;

/** What an instance knows of a token that it was never asked for. */
export function nothingKnown(jitter: number): Known {
  return {
    token: undefined,
    isShared: false,
    lease: undefined,
    forced: undefined,
    revision: undefined,
    lookedAt: undefined,
    tableFailedAt: undefined,
    jitter,
  };
}

/** Takes over what the table holds now. Returns whether the token is a new one to this instance. */
export function adopt(known: Known, { row, revision }: StoredRow, now: number): boolean {
  known.lease = seen(row.lease, revision, known, now);
  if ((row.forced?.at ?? 0) >= (known.forced?.at ?? 0)) known.forced = row.forced;
  known.revision = revision;
  if (row.token === undefined || !replaces(row.token, known, now)) return false;
  const isNew = row.token.sha256 !== known.token?.sha256;
  known.token = row.token;
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

/** A lease that this instance has seen before keeps the time at which it first saw it. */
export function seen(
  stored: Omit<Lease, 'seenAt'> | undefined,
  revision: Revision,
  known: { lease: Lease | undefined; revision: Revision },
  now: number,
): Lease | undefined {
  if (stored === undefined) return undefined;
  return {
    ...stored,
    seenAt: known.lease !== undefined && known.revision === revision ? known.lease.seenAt : now,
  };
}
