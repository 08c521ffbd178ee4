import { clockStepMs } from '../values/clocks.ts';
import { failuresOf, type Lease, remainingMs } from './lease.ts';
import type { Failure, MintMode } from './mint.ts';
import {
  type ForcedRenewal,
  isDueForRenewal,
  isExpired,
  longestMinTtlMs,
  mayForceRenewal,
  mintHelpsInMs,
  suffices,
  type Token,
} from './token.ts';
import type { Remembered, Revision } from './token-table.ts';

/** Another instance's renewal is seen within a minute. */
const lookAgainMs = 55_000;
/** Another instance's probe should be over by then. */
const whileProbedMs = 1_000;
/** A second mint only where the token fell below its minimum during the first. */
const maxMints = 2;

/** What this instance knows of one token: the table's row as last read or written, and its own mints. */
export type Known = {
  token: Token | undefined;
  /** False where the token could not be written to the table. */
  isShared: boolean;
  lease: Lease | undefined;
  forced: ForcedRenewal | undefined;
  revoked: Remembered | undefined;
  revision: Revision;
  /** When the table was last asked for it, and when that last failed. */
  lookedAt: number | undefined;
  tableFailedAt: number | undefined;
  /** Whether this instance could not write down which row holds its token: a revocation elsewhere would not find it. */
  lacksPointer?: boolean;
  /** From 0 to 1: see `isDueForRenewal`. */
  jitter: number;
};

/** What one request wants of a token. */
export type Wanted = {
  by: 'caller' | 'schedule';
  /** The least remaining life that a caller accepts. */
  minTtlMs: number;
  /** The remaining life that the schedule keeps. */
  keptMs: number;
  /** SHA-256 of a token that Connect refused, as a caller says. */
  refusedSha256: string | undefined;
};

/**
 * How far one request has got. `hasClaimed`: the token's lease is its own; `isProbe`: the client's circuit is, too.
 * `mints`: how often it has minted, whatever came of it.
 */
export type Progress = {
  table: 'open' | 'closed';
  hasLooked: boolean;
  hasClaimed: boolean;
  isProbe: boolean;
  mints: number;
  isOutOfTime: boolean;
};

/** Why there is no token now. `back_off`: `cause` failed a moment ago, and nobody may try again yet. */
export type NoToken =
  | Failure
  | { kind: 'min_ttl' | 'out_of_time' }
  | { kind: 'min_ttl_too_long'; longestMs: number }
  | { kind: 'back_off'; cause: Failure['kind'] };

type Refusal = { kind: 'refuse'; why: NoToken; retryAfterMs: number | undefined };

/** `whyNotRenewed`: why the current token is served though a newer one is due. */
export type Final = { kind: 'serve'; token: Token; whyNotRenewed: NoToken | undefined } | Refusal;

export type Action =
  | Final
  | { kind: 'look' | 'wait' }
  | { kind: 'claim'; mode: MintMode; isForced: boolean }
  | { kind: 'probe' | 'mint'; mode: MintMode };

/**
 * The next step towards a token for one request: the first rule that matches decides. It looks before it refuses, mints
 * only with the lease or without a table, and never serves a token that is expired or too short.
 */
export function plan(
  known: Known,
  circuit: Lease | undefined,
  wanted: Wanted,
  progress: Progress,
  now: number,
): Action {
  const { token, lease } = known;
  const live = token !== undefined && suffices(token, wanted.minTtlMs, now) ? token : undefined;
  const serveOr = (refusal: Refusal): Action =>
    live === undefined ? refusal : { kind: 'serve', token: live, whyNotRenewed: refusal.why };
  if (progress.isOutOfTime) return serveOr(outOfTime);

  const isRefused = live !== undefined && live.sha256 === wanted.refusedSha256;
  const hasTable = progress.table === 'open' && (live === undefined || !isRecent(known.tableFailedAt, now));
  const mustLook = !progress.hasLooked && (live === undefined || isRefused);
  if (hasTable && (mustLook || !isRecent(known.lookedAt, now))) return { kind: 'look' };

  const isBeingRenewed = hasTable && lease?.isRunning === true && remainingMs(lease, now) > 0;
  const isForced = isRefused && (isBeingRenewed || mayForceRenewal(live, known.forced, now));
  const isNewDue =
    isForced || (live !== undefined && isDueForRenewal(live, known.jitter, wanted.keptMs, now));
  // One mint is all that a request waits for which a live token serves.
  if (live !== undefined && (progress.mints > 0 || !isNewDue))
    return { kind: 'serve', token: live, whyNotRenewed: undefined };
  if (live === undefined && token !== undefined && !isExpired(token, now)) {
    const longestMs = longestMinTtlMs(token);
    if (wanted.minTtlMs > longestMs) return tooLong(longestMs);
    const helpsInMs = mintHelpsInMs(token, now);
    if (helpsInMs > 0) return { kind: 'refuse', why: { kind: 'min_ttl' }, retryAfterMs: helpsInMs };
  }
  const heldBack = backOff(circuit, lease, progress, now);
  if (heldBack !== undefined) return serveOr(heldBack);

  const needsNew = live === undefined || isForced;
  const mode = modeOf(wanted, needsNew, lease);
  if (progress.hasClaimed)
    return { kind: failuresOf(circuit, now) > 0 && !progress.isProbe ? 'probe' : 'mint', mode };
  if (isBeingRenewed)
    return needsNew ? { kind: 'wait' } : { kind: 'serve', token: live, whyNotRenewed: undefined };
  if (hasTable) return { kind: 'claim', mode, isForced };
  return live === undefined && wanted.by === 'caller' ? { kind: 'mint', mode } : serveOr(unavailable);
}

/** Whatever mint comes next: a token with this one's lifetime is renewed for nobody in the first half of its life. */
function tooLong(longestMs: number): Refusal {
  return { kind: 'refuse', why: { kind: 'min_ttl_too_long', longestMs }, retryAfterMs: undefined };
}

const outOfTime: Refusal = { kind: 'refuse', why: { kind: 'out_of_time' }, retryAfterMs: undefined };
const unavailable: Refusal = {
  kind: 'refuse',
  why: { kind: 'unavailable', retryAfterMs: undefined, isAnswered: false },
  retryAfterMs: undefined,
};

/**
 * The pause of the client or of the token, another instance's probe of the client, or this request's own mints; undefined:
 * nothing holds it back.
 */
function backOff(
  circuit: Lease | undefined,
  lease: Lease | undefined,
  { hasClaimed, isProbe, mints }: Progress,
  now: number,
): Refusal | undefined {
  const leftMs = isProbe ? 0 : remainingMs(circuit, now);
  if (circuit !== undefined && leftMs > 0)
    return refuseFor(circuit, circuit.isRunning ? Math.min(leftMs, whileProbedMs) : leftMs);
  const pausedMs = hasClaimed || lease?.isRunning === true ? 0 : remainingMs(lease, now);
  if (lease !== undefined && pausedMs > 0) return refuseFor(lease, pausedMs);
  return mints < maxMints ? undefined : unavailable;
}

function refuseFor({ cause = 'unavailable' }: Lease, retryAfterMs: number): Refusal {
  return { kind: 'refuse', why: { kind: 'back_off', cause }, retryAfterMs };
}

/** A renewal ahead that got no answer may have revoked the live token, so the next one has the time of a whole mint. */
function modeOf({ by }: Wanted, needsNew: boolean, lease: Lease | undefined): MintMode {
  if (by === 'schedule') return 'scheduled';
  return needsNew || lease?.isUnanswered === true ? 'onDemand' : 'ahead';
}

/** A time ahead of now is none: the clock was set back. */
function isRecent(at: number | undefined, now: number): boolean {
  return at !== undefined && at <= now + clockStepMs && now - at < lookAgainMs;
}
