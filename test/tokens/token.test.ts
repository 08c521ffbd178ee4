import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterMint,
  isDueForRenewal,
  isExpired,
  minimumLifeMs,
  mintHelpsInMs,
  renewalWindowMs,
  responseTimes,
  suffices,
} from '../../lambda/tokens/token.ts';
import { day, hour, minute, second } from '../support/token-world.ts';
import { tokenOf } from '../support/tokens.ts';

const start = Date.UTC(2026, 0, 1);
const lifetimes = fc.integer({ min: 30 * second, max: 31 * day });

describe('the life of a token', () => {
  it.each([
    [day, 2 * hour, 2 * minute],
    [10 * hour, 2 * hour, 2 * minute],
    [9 * hour, 1.8 * hour, 2 * minute],
    [100 * minute, 20 * minute, 2 * minute],
    [10 * minute, 2 * minute, 12 * second],
    [40 * second, 8 * second, second],
  ])(
    'of %i ms: renewed from %i ms before its end, vended with at least %i ms',
    (lifetimeMs, windowMs, minimumMs) => {
      expect(renewalWindowMs(lifetimeMs)).toBe(windowMs);
      expect(minimumLifeMs(tokenOf({ lifetimeMs }))).toBe(minimumMs);
    },
  );

  it('suffices exactly while it has its minimum, and what the request asks for', () => {
    const token = tokenOf({ lifetimeMs: day, firstSeenAt: start });
    const at = (leftMs: number, minTtlMs = 0) => suffices(token, minTtlMs, token.expiresAt - leftMs);
    expect([at(120_000), at(119_999)]).toEqual([true, false]);
    expect([at(hour, hour), at(hour - 1, hour)]).toEqual([true, false]);
    const reissued = { ...token, reissuedAt: start };
    const reissuedAt = (leftMs: number) => suffices(reissued, 0, token.expiresAt - leftMs);
    expect([reissuedAt(5_000), reissuedAt(4_999)]).toEqual([true, false]);
  });

  it('never suffices past its end, nor where it would live ten minutes longer than it ever could', () => {
    fc.assert(
      fc.property(
        lifetimes,
        fc.integer({ min: -day, max: 40 * day }),
        fc.integer({ min: 0, max: 2 * hour }),
        fc.boolean(),
        (lifetimeMs, laterMs, minTtlMs, isReissued) => {
          const token = tokenOf({
            lifetimeMs,
            firstSeenAt: start,
            reissuedAt: isReissued ? start : undefined,
          });
          const now = start + laterMs;
          const leftMs = token.expiresAt - now;
          const leastMs = Math.max(1_000, Math.min(isReissued ? 5_000 : 120_000, lifetimeMs / 50));
          const isOver = leftMs <= 0 || leftMs > lifetimeMs + 600_000;
          expect(isExpired(token, now)).toBe(isOver);
          const isTooLong = !isReissued && minTtlMs > lifetimeMs / 2;
          expect(suffices(token, minTtlMs, now)).toBe(
            !isOver && !isTooLong && leftMs >= leastMs && leftMs >= minTtlMs,
          );
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it('is due for renewal from the start of its window, with jitter a tenth of the window later at most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30 * second, max: day }),
        fc.double({ min: 0, max: 1.2, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (lifetimeMs, share, jitter) => {
          const token = tokenOf({ lifetimeMs, firstSeenAt: start });
          const windowMs = renewalWindowMs(lifetimeMs);
          const leftMs = Math.round(windowMs * share);
          const isDue = isDueForRenewal(token, jitter, 0, token.expiresAt - leftMs);
          if (leftMs >= windowMs) expect(isDue).toBe(false);
          if (leftMs < windowMs * 0.9) expect(isDue).toBe(true);
          expect(isDueForRenewal(token, 0, 0, token.expiresAt - leftMs)).toBe(leftMs < windowMs);
        },
      ),
      { numRuns: 5_000 },
    );
    const token = tokenOf({ lifetimeMs: day });
    expect(isDueForRenewal(token, 1, 0, token.expiresAt - 1.8 * hour)).toBe(false);
    expect(isDueForRenewal(token, 1, 0, token.expiresAt - 1.8 * hour + 1)).toBe(true);
  });

  it('is told so that created_at + expires_in is never past the expiry and less than two seconds before it', () => {
    fc.assert(
      fc.property(lifetimes, fc.integer({ min: 0, max: day }), (lifetimeMs, laterMs) => {
        const token = tokenOf({ lifetimeMs: lifetimeMs + laterMs, firstSeenAt: start });
        const times = responseTimes(token, start + laterMs);
        const toldMs = (times.created_at + times.expires_in) * 1000;
        expect(toldMs).toBeLessThanOrEqual(token.expiresAt);
        expect(toldMs).toBeGreaterThan(token.expiresAt - 2_000);
      }),
    );
  });
});

describe('a token that Connect reissues', () => {
  const old = tokenOf({ lifetimeMs: 10 * minute, firstSeenAt: start });
  const again = (lifetimeMs: number, at: number) => ({
    ...old,
    expiresAt: at + lifetimeMs,
    firstSeenAt: at,
    lifetimeMs,
  });

  it('keeps the life that it had, or the shorter one that Connect tells', () => {
    const at = start + 5 * minute;
    expect(afterMint(old, again(10 * minute, at), at)).toEqual({ ...old, reissuedAt: at });
    const shorter = { ...old, expiresAt: at + minute, reissuedAt: at };
    expect(afterMint(old, again(minute, at), at)).toEqual(shorter);
  });

  it('is believed anew after its end: a clock that was behind saw it first', () => {
    const at = start + 10 * minute;
    expect(afterMint(old, again(50_000, at), at)).toEqual({ ...again(50_000, at), reissuedAt: at });
    expect(afterMint(old, again(50_000, at - 1), at - 1).expiresAt).toBe(old.expiresAt);
  });

  it('is another one where its value differs', () => {
    const other = tokenOf({ text: 'other' });
    expect(afterMint(old, other, start)).toBe(other);
    expect(afterMint(undefined, other, start)).toBe(other);
  });

  it('is asked for again each time half of what was left has passed, with 6 seconds left, and then every second', () => {
    let token = { ...old, reissuedAt: start + 8 * minute };
    const askings: number[] = [];
    for (let now = token.reissuedAt; now < token.expiresAt; now += 100) {
      expect(mintHelpsInMs(token, now) === 0).toBe(isDueForRenewal(token, 0, 0, now));
      if (!isDueForRenewal(token, 0, 0, now)) continue;
      askings.push((token.expiresAt - now) / second);
      token = { ...token, reissuedAt: now };
    }
    expect(askings).toEqual([60, 30, 15, 7.5, 6, 5, 4, 3, 2, 1]);
    expect(mintHelpsInMs(token, token.expiresAt)).toBe(0);
  });
});

describe('what the schedule keeps', () => {
  it.each([
    ['nothing: the window', day, 0, 2 * hour],
    ['six hours: the window before them', day, 6 * hour, 8 * hour],
    ['ten hours: the window before them is half of the life', day, 10 * hour, 12 * hour],
    ['half of the life: that', day, 12 * hour, 12 * hour],
    ['more than half: half of the life', hour, 12 * hour, 30 * minute],
  ])('is %s', (_what, lifetimeMs, keptMs, leftMs) => {
    const token = tokenOf({ lifetimeMs });
    const isDue = (left: number) => isDueForRenewal(token, 0, keptMs, token.expiresAt - left);
    expect([isDue(leftMs), isDue(leftMs - 1)]).toEqual([false, true]);
  });
});
