import type { Lease } from '../../lambda/tokens/lease.ts';
import { type Action, type Known, type Progress, plan, type Wanted } from '../../lambda/tokens/plan.ts';
import type { Token } from '../../lambda/tokens/token.ts';
import { leaseOf, runningLease } from './leases.ts';
import { day, hour, second } from './token-world.ts';
import { tokenOf } from './tokens.ts';

/** When each situation is. */
export const now = Date.UTC(2026, 0, 2);

/** A token of a day with so much life left. */
export const withLeft = (leftMs: number) => tokenOf({ firstSeenAt: now + leftMs - day });
export const fresh = withLeft(20 * hour);
export const due = withLeft(hour);
/** A caller says that Connect refused the fresh token. */
export const refused = { refusedSha256: fresh.sha256 };

/** A pause of four seconds after three failures. */
export const paused = (leftMs: number, more: Partial<Lease> = {}) =>
  leaseOf({ seenAt: now + leftMs - 4 * second, lengthMs: 4 * second, failures: 3, ...more });
/** An attempt of twelve seconds. */
export const running = (leftMs: number, more: Partial<Lease> = {}) =>
  runningLease({ seenAt: now + leftMs - 12 * second, ...more });

export type Situation = Partial<Known> &
  Partial<Omit<Wanted, 'refusedSha256'>> &
  Partial<Progress> & { circuit?: Lease; refusedSha256?: string };

/** A caller's request that has looked and found nothing, but for what the row says. */
export function planned(row: Situation): Action {
  const known: Known = {
    token: undefined,
    isShared: true,
    lease: undefined,
    forced: undefined,
    revoked: undefined,
    revision: 'one',
    lookedAt: now,
    tableFailedAt: undefined,
    jitter: 0,
    ...row,
  };
  const wanted: Wanted = { by: 'caller', minTtlMs: 0, keptMs: 0, refusedSha256: undefined, ...row };
  const progress: Progress = {
    table: 'open',
    hasLooked: true,
    hasClaimed: false,
    isProbe: false,
    mints: 0,
    isOutOfTime: false,
    ...row,
  };
  return plan(known, row.circuit, wanted, progress, now);
}

export const look = { kind: 'look' };
export const wait = { kind: 'wait' };
export const serve = (token: Token, whyNotRenewed?: object) => ({ kind: 'serve', token, whyNotRenewed });
export const refuse = (why: object, retryAfterMs?: number) => ({ kind: 'refuse', why, retryAfterMs });
export const claim = (mode: string, isForced = false) => ({ kind: 'claim', mode, isForced });
export const outOfTime = { kind: 'out_of_time' };
export const unavailable = { kind: 'unavailable', retryAfterMs: undefined, isAnswered: false };
export const held = { kind: 'back_off', cause: 'unavailable' };
