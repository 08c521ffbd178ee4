import { describe, expect, it } from 'vitest';
import {
  attemptLease,
  briefPause,
  endedLease,
  failuresOf,
  type Lease,
  pauseAfter,
  remainingMs,
  scopeOfFailure,
} from '../../lambda/tokens/lease.ts';
import type { Failure } from '../../lambda/tokens/mint.ts';
import { leaseOf, runningLease } from '../support/leases.ts';
import { down } from '../support/simulated-connect.ts';
import { day, minute, second } from '../support/token-world.ts';

const now = Date.UTC(2026, 0, 1);

describe('what remains of a lease', () => {
  const lease = runningLease({ seenAt: now });
  it.each<[string, Lease | undefined, number, number]>([
    ['none', undefined, now, 0],
    ['just written', lease, now, 12_000],
    ['a millisecond before its end', lease, now + 11_999, 1],
    ['at its end', lease, now + 12_000, 0],
    ['long over', lease, now + day, 0],
    ['seen when it was half over', { ...lease, seenAt: now + 6_000 }, now + 6_000, 6_000],
    [
      'written by a clock a minute ahead: its length from when it was seen',
      { ...lease, until: now + minute + 12_000 },
      now + 2_000,
      10_000,
    ],
    ['the same, at that end', { ...lease, until: now + minute + 12_000 }, now + 12_000, 0],
    ['written by a clock that is further ahead', { ...lease, until: now + minute + 12_001 }, now, 0],
    ['written by a clock three seconds behind', { ...lease, until: now + 9_000 }, now, 9_000],
    ['written by a clock a minute behind', { ...lease, until: now - 48_000 }, now, 0],
    ['when our clock was corrected by a second', lease, now - 1_000, 13_000],
    ['when our clock was set back by more', lease, now - 1_001, 0],
  ])('%s', (_what, one, at, expected) => {
    expect(remainingMs(one, at)).toBe(expected);
  });
});

describe('failures in a row', () => {
  const lease = leaseOf({ seenAt: now, failures: 3, lengthMs: 4_000 });
  it.each<[string, Lease | undefined, number, number]>([
    ['of no lease', undefined, now, 0],
    ['count during the pause', lease, now, 3],
    ['count for ten seconds after it', lease, now + 14_000, 3],
    ['are forgotten then', lease, now + 14_001, 0],
    [
      'are forgotten ten seconds after the pause by our own clock, if the writer’s was ahead',
      { ...lease, until: now + day },
      now + 14_001,
      0,
    ],
    ['are forgotten where our clock was set back', lease, now - 1_001, 0],
  ])('%s', (_what, one, at, expected) => {
    expect(failuresOf(one, at)).toBe(expected);
  });
});

describe('a pause', () => {
  const pausesOf = (failure: Failure, count: number, laterMs: (pause: Lease) => number) => {
    const pauses: number[] = [];
    let at = now;
    let lease: Lease | undefined;
    for (let i = 0; i < count; i++) {
      lease = pauseAfter(attemptLease(lease, 12_000, at), failure, at);
      expect(lease).toMatchObject({
        isRunning: false,
        until: at + lease.lengthMs,
        seenAt: at,
        cause: failure.kind,
      });
      pauses.push(lease.lengthMs / second);
      at += laterMs(lease);
    }
    return pauses;
  };

  it('is 1 s after the first failure, and doubles to 30 s', () => {
    expect(pausesOf(down, 8, ({ lengthMs }) => lengthMs)).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it('doubles on where the next attempt is ten seconds late, and begins anew where it is later', () => {
    expect(pausesOf(down, 4, ({ lengthMs }) => lengthMs + 10_000)).toEqual([1, 2, 4, 8]);
    expect(pausesOf(down, 4, ({ lengthMs }) => lengthMs + 10_001)).toEqual([1, 1, 1, 1]);
  });

  it.each([
    [500, 1],
    [5_000, 5],
    [60_000, 60],
    [3_600_000, 60],
  ])('lasts as long as Connect asks for, with a Retry-After of %i ms %i s', (retryAfterMs, seconds) => {
    expect(pausesOf({ ...down, retryAfterMs } as Failure, 1, () => 0)).toEqual([seconds]);
  });

  it('does not become shorter by a Retry-After', () => {
    expect(pausesOf({ ...down, retryAfterMs: 3_000 } as Failure, 4, ({ lengthMs }) => lengthMs)).toEqual([
      3, 3, 4, 8,
    ]);
  });

  it('for the others who wait for a token is a second, and says why', () => {
    expect(briefPause({ kind: 'misconfigured' }, now)).toEqual(
      leaseOf({ seenAt: now, cause: 'misconfigured' }),
    );
  });
});

describe('an attempt', () => {
  it('lasts for as long as it says, and goes on counting failures', () => {
    const before = leaseOf({ seenAt: now, failures: 4, isUnanswered: true });
    expect(attemptLease(before, 24_000, now + second)).toEqual(
      runningLease({
        seenAt: now + second,
        lengthMs: 24_000,
        failures: 4,
        cause: 'unavailable',
        isUnanswered: true,
      }),
    );
    expect(attemptLease(before, 24_000, now + minute)).toMatchObject({ failures: 0 });
    expect(attemptLease(undefined, 12_000, now)).toEqual(runningLease({ seenAt: now }));
  });

  it('that ended holds nothing back, and leaves its failures to count', () => {
    const ended = endedLease(runningLease({ seenAt: now, failures: 2, isUnanswered: true }), now + second);
    expect(remainingMs(ended, now + second)).toBe(0);
    expect(failuresOf(ended, now + second)).toBe(2);
    expect(ended).toMatchObject({ isRunning: false, isUnanswered: true });
    expect(endedLease(undefined, now)).toMatchObject({ failures: 0, isUnanswered: false });
  });
});

it.each<[Failure['kind'], 'token' | 'client']>([
  ['invalid_grant', 'token'],
  ['not_entitled', 'token'],
  ['not_a_token', 'token'],
  ['unavailable', 'client'],
  ['outcome_unknown', 'client'],
  ['credentials_refused', 'client'],
  ['query_params_forbidden', 'client'],
  ['misconfigured', 'client'],
  ['secrets_unavailable', 'client'],
])('a failure of kind %s holds back the %s', (kind, scope) => {
  expect(scopeOfFailure({ kind } as Failure)).toBe(scope);
});
