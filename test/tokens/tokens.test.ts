import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MintOutcome } from '../../lambda/tokens/mint.ts';
import { type Answer, day, down, hour, status, text, world } from '../support/token-world.ts';

describe('tokens', () => {
  it('are minted once and then vended from memory until the window', async () => {
    const { state, mints, vend } = world();
    expect(status(await vend())).toBe('mint');
    state.now += day - 2 * hour;
    expect(status(await vend())).toBe('memory');
    expect(mints).toHaveLength(1);
    state.now += 1;
    expect(status(await vend())).toBe('mint');
    expect(mints.map(({ mode }) => mode)).toEqual(['onDemand', 'ahead']);
  });

  it('are minted once for a thousand who ask at once', async () => {
    const { mints, vend } = world();
    const vended = await Promise.all(Array.from({ length: 1_000 }, () => vend()));
    expect(mints).toHaveLength(1);
    expect(new Set(vended.map(text)).size).toBe(1);
    expect(vended.filter((one) => status(one) === 'collapsed')).toHaveLength(999);
    expect(vended.filter(({ mint }) => mint !== undefined)).toHaveLength(1);
  });

  it('that are never cached are minted for each request', async () => {
    const { mints, vend } = world();
    await Promise.all([vend({ isCached: false }), vend({ isCached: false })]);
    expect(mints).toHaveLength(2);
  });

  it('in the window: one request renews, the others are vended the live token and do not wait', async () => {
    const { state, mints, vend } = world();
    const first = text(await vend());
    state.now += day - hour;
    const { promise, resolve: land } = Promise.withResolvers<MintOutcome>();
    state.answer = promise;
    const renewing = vend();
    expect(text(await vend())).toBe(first);
    expect(text(await vend())).toBe(first);
    land(down);
    expect(text(await renewing)).toBe(first);
    expect(mints).toHaveLength(2);
  });

  it('in the window ride out an outage of 90 minutes, with attempts at most every 30 seconds', async () => {
    const { state, mints, vend } = world();
    await vend();
    state.now += day - 110 * 60_000;
    state.answer = down;
    for (let second = 0; second < 90 * 60; second++) {
      expect(status(await vend())).toBe('memory');
      state.now += 1_000;
    }
    expect(mints.length).toBeGreaterThan(100);
    expect(mints.length).toBeLessThan(5 + (90 * 60) / 30 + 5);
  });

  it('that fall under the floor while a brief renewal fails are minted after all', async () => {
    const { state, mints, vend } = world();
    await vend();
    state.now += day - 121_000;
    const { promise, resolve: land } = Promise.withResolvers<MintOutcome>();
    state.answer = promise;
    const vending = vend();
    await setImmediate();
    state.now += 2_000;
    state.answer = { lifetimeMs: day };
    land(down);
    expect(status(await vending)).toBe('mint');
    expect(mints.map(({ mode }) => mode)).toEqual(['onDemand', 'ahead', 'onDemand']);
  });

  it('under the floor are renewed first, and refused if that fails', async () => {
    const { state, vend } = world();
    await vend();
    state.now += day - 119_000;
    state.answer = down;
    expect(await vend()).toMatchObject({ kind: 'failed', failure: down });
    state.now += 2_000;
    state.answer = { lifetimeMs: day };
    expect(status(await vend())).toBe('mint');
  });

  it('brought back the same: vended to the last five seconds, and not asked for again before they end', async () => {
    const { state, mints, vend } = world();
    state.answer = { lifetimeMs: day, text: 'same' };
    await vend();
    state.now += day - hour;
    state.answer = { lifetimeMs: hour, text: 'same' };
    expect(text(await vend())).toBe('same');
    state.now += hour - 5_000;
    expect(text(await vend())).toBe('same');
    expect(await vend({ minTtlMs: 60_000 })).toEqual({ kind: 'short', retryAfter: 5_000 });
    state.now += 1;
    expect(await vend()).toEqual({ kind: 'short', retryAfter: 4_999 });
    expect(mints).toHaveLength(2);
    state.now += 5_000;
    state.answer = { lifetimeMs: day, text: 'other' };
    expect(text(await vend())).toBe('other');
  });

  it('are not minted faster than once a minute by any min_ttl', async () => {
    const { state, mints, vend } = world();
    state.answer = { lifetimeMs: hour };
    const minute = 60;
    for (let second = 0; second < 30 * minute; second++) {
      await vend({ minTtlMs: 3_599_000 });
      await vend({ minTtlMs: 7_200_000 });
      state.now += 1_000;
    }
    expect(mints.length).toBeGreaterThan(25);
    expect(mints.length).toBeLessThanOrEqual(31);
  });

  it('that arrive all but dead are not asked for at every request', async () => {
    const { state, mints, vend } = world();
    state.answer = { lifetimeMs: 0.001 };
    for (let i = 0; i < 100; i++) {
      await vend();
      state.now += 10;
    }
    expect(mints.length).toBeLessThanOrEqual(2);
  });

  it('of one user who is refused hold back nobody else; a Connect that is down holds back the client', async () => {
    const { state, mints, vend } = world();
    state.answer = { kind: 'invalid_grant' };
    expect(await vend({ key: 'alice' })).toMatchObject({ failure: { kind: 'invalid_grant' } });
    expect(await vend({ key: 'alice' })).toMatchObject({
      failure: { kind: 'invalid_grant' },
      retryAfter: 1_000,
    });
    state.answer = down;
    expect(await vend({ key: 'bob' })).toMatchObject({ failure: down });
    expect(await vend({ key: 'carol' })).toMatchObject({ failure: down, retryAfter: 1_000 });
    expect(mints).toHaveLength(2);
  });

  it('are tried for after 1 s, 2 s, 4 s … 30 s while Connect is down, by one request at a time', async () => {
    const { state, mints, vend } = world();
    state.answer = down;
    const start = state.now;
    while (state.now < start + 130_000) {
      await Promise.all(['a', 'b', 'c'].map((key) => vend({ key })));
      state.now += 500;
    }
    const first = mints.filter(({ at }) => at === start);
    expect(first).toHaveLength(3);
    expect(mints.slice(3).map(({ at }) => (at - start) / 1_000)).toEqual([1, 3, 7, 15, 31, 61, 91, 121]);
  });

  it('are minted no longer once nobody waits', async () => {
    const { state, mints, vend } = world();
    state.answer = new Promise(() => undefined);
    const [one, two] = [new AbortController(), new AbortController()];
    void vend({ signal: one.signal });
    void vend({ signal: two.signal });
    await setImmediate();
    one.abort();
    expect(mints[0]?.signal.aborted).toBe(false);
    two.abort();
    expect(mints[0]?.signal.aborted).toBe(true);
  });

  it('are never vended dead, or with less life than was asked for, whatever clocks and Connect do', async () => {
    const answers: fc.Arbitrary<Answer> = fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 30_000, max: 31 * day }).map((lifetime) => ({ lifetime })) },
      {
        weight: 1,
        arbitrary: fc.integer({ min: 1, max: day }).map((lifetime) => ({ lifetime, text: 'same' })),
      },
      fc.constantFrom<MintOutcome>(
        down,
        { kind: 'invalid_grant' },
        { kind: 'not_a_token' },
        { kind: 'credentials_refused' },
      ),
    );
    const steps = fc.array(
      fc.record({
        passes: fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: -300_000, max: 3 * day })),
        answer: answers,
        minTtlMs: fc.oneof(
          fc.constant(0),
          fc.integer({ min: 0, max: 7_200 }).map((seconds) => seconds * 1_000),
        ),
        key: fc.constantFrom('one', 'two'),
      }),
      { maxLength: 60 },
    );
    let vends = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const { state, vend } = world({ random: Math.random });
        for (const { passes, answer, minTtl, key } of taken) {
          state.now += passes;
          state.answer = answer;
          const vended = await vend({ key, minTtlMs: minTtl });
          if (vended.kind !== 'token') continue;
          vends += 1;
          const { token } = vended;
          const left = token.expiresAt - state.now;
          expect(left).toBeGreaterThan(0);
          expect(left).toBeGreaterThanOrEqual(minTtl);
          const least = token.broughtBack ? 5_000 : Math.max(1_000, Math.min(120_000, token.lifetime * 0.02));
          expect(left).toBeGreaterThanOrEqual(least);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(vends).toBeGreaterThan(5_000);
  });
});
