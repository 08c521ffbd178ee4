import { clockSkewMs, clockStepMs } from '../values/clocks.ts';
import { timeBudget } from '../values/time-budget.ts';
import type { Failure } from './mint.ts';

/**
 * Who may try to mint, and when: an attempt under way, or the pause after a failed one. A token has one, and so has a
 * client, whose lease is the circuit breaker for all its tokens. Times are epoch milliseconds.
 */
export type Lease = {
  /** An attempt is under way, a probe where `failures` > 0. Otherwise this is a pause. */
  isRunning: boolean;
  /** Its end by the clock of the instance that wrote it. */
  until: number;
  lengthMs: number;
  /** Failed attempts in a row before it, and why the last one failed. */
  failures: number;
  cause: Failure['kind'] | undefined;
  /** The last attempt was a renewal ahead that got no answer: the next one has the time of a whole mint. */
  isUnanswered: boolean;
  /** When this instance first saw it, by its own clock. */
  seenAt: number;
};

const firstPauseMs = 1_000;
const maxPauseMs = 30_000;
/** Failures count on for this long after their pause has ended. Later, an old failure says nothing about now. */
const rememberedMs = 10_000;

/**
 * Milliseconds until a lease ends; 0: it has ended. Neither a writer's clock that is ahead nor a clock of our own that
 * was set back makes it longer than it was meant to be.
 */
export function remainingMs(lease: Lease | undefined, now: number): number {
  if (!isBelievable(lease, now)) return 0;
  return Math.max(0, Math.min(lease.until, lease.seenAt + lease.lengthMs) - now);
}

/** Not where our own clock was set back, or the writer's was far ahead: its lease would begin anew for each new instance. */
function isBelievable(lease: Lease | undefined, now: number): lease is Lease {
  if (lease === undefined || now < lease.seenAt - clockStepMs) return false;
  return lease.until - now <= lease.lengthMs + clockSkewMs;
}

/** Whether both are the same attempt of one instance. */
export function isSameLease(one: Lease | undefined, other: Lease): boolean {
  return one?.isRunning === true && one.until === other.until && one.lengthMs === other.lengthMs;
}

/** Failures in a row that still count. */
export function failuresOf(lease: Lease | undefined, now: number): number {
  if (!isBelievable(lease, now)) return 0;
  return now - Math.min(lease.until, lease.seenAt + lease.lengthMs) > rememberedMs ? 0 : lease.failures;
}

/** An attempt that takes `lengthMs` at most. */
export function attemptLease(previous: Lease | undefined, lengthMs: number, now: number): Lease {
  const failures = failuresOf(previous, now);
  const { cause, isUnanswered = false } = previous ?? {};
  return { isRunning: true, until: now + lengthMs, lengthMs, failures, cause, isUnanswered, seenAt: now };
}

/** The pause after one more failure: 1 s, doubling to 30 s, or longer where Connect asked for it. */
export function pauseAfter(previous: Lease | undefined, failure: Failure, now: number): Lease {
  const failures = failuresOf(previous, now) + 1;
  const backOffMs = Math.min(firstPauseMs * 2 ** (failures - 1), maxPauseMs);
  const lengthMs = Math.max(
    backOffMs,
    Math.min(retryAfterMsOf(failure) ?? 0, timeBudget.longestRetryAfterMs),
  );
  return pause(failures, failure.kind, lengthMs, now);
}

/** For the others who wait for this token: why there is none. */
export function briefPause({ kind }: Failure, now: number): Lease {
  return pause(1, kind, firstPauseMs, now);
}

/** What an attempt leaves behind that holds nothing back: `failures` go on counting for a while. */
export function endedLease(previous: Lease | undefined, now: number): Lease {
  const { cause, isUnanswered = false } = previous ?? {};
  return { ...pause(failuresOf(previous, now), cause, 0, now), isUnanswered };
}

function pause(failures: number, cause: Lease['cause'], lengthMs: number, now: number): Lease {
  const until = now + lengthMs;
  return { isRunning: false, until, lengthMs, failures, cause, isUnanswered: false, seenAt: now };
}

/** Milliseconds that Connect asked for. */
export function retryAfterMsOf(failure: Failure): number | undefined {
  return failure.kind === 'unavailable' ? failure.retryAfterMs : undefined;
}

/** What a failed mint holds back: the whole client, or one token where it says nothing about the others. */
export function scopeOfFailure({ kind }: Failure): 'token' | 'client' {
  return kind === 'invalid_grant' || kind === 'not_entitled' || kind === 'not_a_token' ? 'token' : 'client';
}
