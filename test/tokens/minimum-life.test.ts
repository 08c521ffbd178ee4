import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nothingKnown } from '../../lambda/tokens/known.ts';
import type { MintOutcome } from '../../lambda/tokens/mint.ts';
import { down, silent } from '../support/simulated-connect.ts';
import {
  day,
  hour,
  mintRequest,
  minute,
  retryAfterMs,
  second,
  status,
  world,
} from '../support/token-world.ts';

describe('a token with less than its minimum life', () => {
  it('is renewed before the vend, and the request is refused where that fails', async () => {
    const { state, mints, vend } = world();
    await vend();
    state.now += day - 119 * second;
    state.answer = down;
    expect(await vend()).toMatchObject({ kind: 'none', why: down, retryAfterMs: second });
    expect(await vend()).toMatchObject({ why: { kind: 'back_off', cause: 'unavailable' } });
    state.now += 2 * second;
    state.answer = { lifetimeMs: day };
    expect(status(await vend())).toBe('mint');
    expect(mints.map(({ mode }) => mode)).toEqual(Array(3).fill('onDemand'));
  });

  it('is minted anew after all where a renewal ahead failed while it fell below the minimum', async () => {
    const { state, sleep, mints, vend } = world();
    await vend();
    state.now += day - 121 * second;
    const { promise, resolve: end } = Promise.withResolvers<MintOutcome>();
    state.answer = promise;
    const vending = vend();
    await sleep(2 * second);
    state.answer = { lifetimeMs: day };
    end(silent);
    expect(status(await vending)).toBe('mint');
    expect(mints.map(({ mode }) => mode)).toEqual(['onDemand', 'ahead', 'onDemand']);
  });

  it('is a failure where it arrives like that: Connect is not asked again at every request', async () => {
    const { state, mints, calls, vend } = world();
    for (const lifetimeMs of [0, 0.001, 500, 999]) {
      state.answer = { lifetimeMs };
      const before = mints.length;
      const key = `lives ${lifetimeMs} ms`;
      expect(await vend({ key })).toMatchObject({ why: { kind: 'unavailable' }, retryAfterMs: second });
      for (let i = 1; i < 100; i++) {
        state.now += 10;
        expect(await vend({ key })).toMatchObject({ why: { kind: 'back_off', cause: 'unavailable' } });
      }
      expect(mints).toHaveLength(before + 1);
    }
    // The claim, and the pause.
    expect(calls.writes).toBe(4 * 2);
  });

  it('is not asked for again and again within one request, where Connect brings a dead one back', async () => {
    const { state, mints, vend } = world();
    state.answer = { lifetimeMs: 10 * second, text: 'same' };
    await vend();
    state.now += 20 * second;
    state.answer = { lifetimeMs: 0, text: 'same', takesMs: 50 };
    const result = await vend({ deadline: state.now + 25 * second });
    expect([status(result), retryAfterMs(result)]).toEqual(['unavailable', second]);
    expect(mints).toHaveLength(2);
  });

  it('is vended while it has its minimum, though it arrives with little more, and the next is not asked for at once', async () => {
    const { state, mints, vend } = world();
    state.answer = { lifetimeMs: 1_999 };
    for (const end = state.now + second; state.now < end; state.now += 10)
      expect((await vend()).kind).toBe('token');
    expect(status(await vend())).toBe('mint');
    expect(mints).toHaveLength(2);
  });
});

describe('min_ttl', () => {
  it('costs two mints a lifetime at most, whatever callers ask for and the schedule keeps', async () => {
    const asked = fc.oneof(
      fc.constantFrom(0, 0.5, 0.500_01, 1),
      fc.double({ min: 0, max: 0.6, noNaN: true }),
    );
    const lifetimes = fc.constantFrom(10 * second, 15 * minute, hour, day);
    await fc.assert(
      fc.asyncProperty(
        lifetimes,
        fc.array(asked, { minLength: 1, maxLength: 4 }),
        asked,
        async (lifetimeMs, shares, kept) => {
          const { state, mints, instance, renewal } = world();
          state.answer = { lifetimeMs };
          const fleet = [instance(), instance()];
          const { renew } = renewal({ mode: 'refresh' });
          const start = state.now;
          const steps = 200;
          for (let step = 0; step < steps; step++) {
            state.now = start + (5 * lifetimeMs * step) / steps;
            const share = shares[step % shares.length] ?? 0;
            const vended = await fleet[step % 2]?.({ request: mintRequest, minTtlMs: share * lifetimeMs });
            expect(vended?.kind).toBe(share > 0.5 ? 'none' : 'token');
            await renew({ ...scheduled(kept * lifetimeMs), deadline: state.now + minute });
          }
          for (const [index, { at }] of mints.slice(1).entries())
            expect(at - (mints[index]?.at ?? 0)).toBeGreaterThanOrEqual(lifetimeMs / 2);
          expect(mints.length).toBeGreaterThanOrEqual(5);
          expect(mints.length).toBeLessThanOrEqual(2 * 5);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('of more than half of the token’s life is refused, and says how much that is', async () => {
    const { state, mints, vend } = world();
    state.answer = { lifetimeMs: hour };
    const refused = { why: { kind: 'min_ttl_too_long', longestMs: 30 * minute } };
    expect(await vend({ minTtlMs: 30 * minute + second })).toMatchObject(refused);
    expect(status(await vend({ minTtlMs: 30 * minute }))).toBe('memory');
    state.now += 40 * minute;
    expect(await vend({ minTtlMs: 30 * minute + second })).toMatchObject(refused);
    expect(mints).toHaveLength(1);
    expect(status(await vend({ minTtlMs: 30 * minute }))).toBe('mint');
  });

  it('is met by the token of another instance, without a mint', async () => {
    const { state, mints, instance } = world();
    const [vend, other] = [instance(), instance()];
    await vend();
    await other();
    state.now += 13 * hour;
    await other({ minTtlMs: 12 * hour });
    expect(status(await vend({ minTtlMs: 12 * hour }))).toBe('table');
    expect(mints).toHaveLength(2);
  });

  it('makes a request wait for the mint of one that asked for less', async () => {
    const { state, mints, vend } = world();
    state.answer = { lifetimeMs: hour, takesMs: second };
    const asked = [0, 29 * minute, 2 * hour].map((minTtlMs) => vend({ minTtlMs }));
    expect((await Promise.all(asked)).map(status)).toEqual(['mint', 'collapsed', 'min_ttl_too_long']);
    expect(mints).toHaveLength(1);
  });

  it('that the schedule keeps makes no caller wait', async () => {
    const { state, mints, vend, renewal } = world();
    const { renew } = renewal({ mode: 'refresh' });
    const end = state.now + 10 * day;
    for (; state.now < end; state.now += 15 * minute) {
      await renew({ ...scheduled(6 * hour), deadline: state.now + minute });
      for (const minTtlMs of [0, 6 * hour])
        expect(['memory', 'table']).toContain(status(await vend({ request: mintRequest, minTtlMs })));
    }
    // Renewed after 16 hours of 24.
    expect(mints).toHaveLength(15);
    expect(new Set(mints.map(({ mode }) => mode))).toEqual(new Set(['scheduled']));
  });
});

/** The refresh function's renewal, which remembers nothing. */
function scheduled(keptMs: number) {
  return {
    mintRequest,
    wanted: { by: 'schedule' as const, minTtlMs: 0, keptMs, refusedSha256: undefined },
    known: nothingKnown(0),
    signal: new AbortController().signal,
  };
}
