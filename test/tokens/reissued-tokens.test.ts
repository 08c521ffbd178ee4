import { describe, expect, it } from 'vitest';
import { day, hour, minute, retryAfterMs, second, status, text, world } from '../support/token-world.ts';

/** A world in whose renewal window Connect brings the same token back; `endsAt` is when that ends. */
async function reissuing({ lifetimeMs = day, leftMs = hour } = {}) {
  const one = world();
  one.state.answer = { lifetimeMs, text: 'same' };
  await one.vend();
  const endsAt = one.state.now + lifetimeMs;
  const at = (left: number) => {
    one.state.now = endsAt - left;
    one.state.answer = { lifetimeMs: left, text: 'same' };
  };
  at(leftMs);
  return { ...one, at, endsAt };
}

describe('a token that Connect reissues', () => {
  it('is vended to its last five seconds, also below the minimum life of others', async () => {
    const { state, at, vend, mints } = await reissuing();
    for (const left of [hour, minute, 5 * second]) {
      at(left);
      expect(text(await vend())).toBe('same');
    }
    state.now += 1;
    expect(await vend()).toMatchObject({ kind: 'none', why: { kind: 'min_ttl' }, retryAfterMs: 999 });
    expect(mints.length).toBeLessThanOrEqual(4);
  });

  it('is asked for again each time half of what was left has passed, and every second at its end', async () => {
    const { state, at, endsAt, vend, mints } = await reissuing();
    for (; state.now < endsAt; state.now += second) {
      at(endsAt - state.now);
      await vend();
    }
    const left = mints.slice(1).map(({ at: when }) => (endsAt - when) / minute);
    // To the second: half of the odd seconds is asked for a second later.
    expect(left.map((minutes) => Math.round(minutes * 60))).toEqual([
      3_600, 1_800, 900, 450, 225, 112, 56, 28, 14, 7, 6, 5, 4, 3, 2, 1,
    ]);
  });

  it('gives way to the new one as soon as Connect has another', async () => {
    const { state, at, endsAt, vend, mints } = await reissuing();
    await vend();
    for (; state.now < endsAt; state.now += second) {
      const left = endsAt - state.now;
      at(left);
      // Doorkeeper's token_reuse_limit: a new token once a tenth of the life is left.
      if (left < 40 * minute) state.answer = { lifetimeMs: day, text: 'new' };
      if (text(await vend()) === 'new') break;
    }
    expect(endsAt - state.now).toBe(30 * minute);
    expect(mints).toHaveLength(3);
  });

  it('is asked for by one instance for all of them', async () => {
    const { at, endsAt, state, instance, mints } = await reissuing();
    const fleet = Array.from({ length: 10 }, () => instance());
    for (; state.now < endsAt - 5 * second; state.now += 5 * second) {
      at(endsAt - state.now);
      for (const vend of fleet) expect(text(await vend())).toBe('same');
    }
    // An instance that has not looked for a minute may ask once more each time.
    expect(mints.length).toBeLessThanOrEqual(1 + 11 + 10);
  });

  it('refuses a min_ttl that it cannot meet until it is asked for again', async () => {
    const { at, vend, mints } = await reissuing();
    await vend();
    at(40 * minute);
    const short = await vend({ minTtlMs: 2 * hour });
    expect([status(short), retryAfterMs(short)]).toEqual(['min_ttl', 10 * minute]);
    expect(mints).toHaveLength(2);
    at(30 * minute);
    expect(retryAfterMs(await vend({ minTtlMs: 2 * hour }))).toBe(15 * minute);
    expect(mints).toHaveLength(3);
    at(4 * second);
    expect(retryAfterMs(await vend({ minTtlMs: 2 * hour }))).toBe(second);
  });

  it('is minted anew at its end', async () => {
    const { state, at, vend } = await reissuing();
    await vend();
    at(6 * second);
    await vend();
    at(0);
    state.answer = { lifetimeMs: day, text: 'other' };
    expect(text(await vend())).toBe('other');
  });

  it('is believed to live no longer than it did, whatever Connect promises', async () => {
    const { state, at, vend, mints } = await reissuing();
    state.answer = { lifetimeMs: day, text: 'same' };
    const again = await vend();
    expect(again.kind === 'token' && again.token.expiresAt - state.now).toBe(hour);
    at(4 * second);
    expect(status(await vend())).toBe('min_ttl');
    expect(mints).toHaveLength(3);
  });

  it('dead on arrival is a failure, of a second and then longer', async () => {
    const { at, vend, mints, state } = await reissuing();
    at(0);
    const pauses: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const dead = await vend();
      expect(status(dead)).toBe('unavailable');
      pauses.push(retryAfterMs(dead));
      state.now += retryAfterMs(dead) ?? 0;
    }
    expect(pauses).toEqual([1, 2, 4, 8].map((seconds) => seconds * second));
    expect(mints).toHaveLength(5);
  });
});
