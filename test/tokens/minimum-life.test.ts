import { describe, expect, it } from 'vitest';
import type { MintOutcome } from '../../lambda/tokens/mint.ts';
import { down, silent } from '../support/simulated-connect.ts';
import { day, hour, minute, retryAfterMs, second, status, world } from '../support/token-world.ts';

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
  it('brings a mint a minute at most, whatever is asked for', async () => {
    const { state, mints, calls, vend } = world();
    state.answer = { lifetimeMs: hour };
    const end = state.now + 30 * minute;
    for (; state.now < end; state.now += second) {
      await vend({ minTtlMs: hour - second });
      await vend({ minTtlMs: 2 * hour });
    }
    expect(mints.length).toBeGreaterThan(25);
    expect(mints.length).toBeLessThanOrEqual(31);
    // A request that no live token serves looks before it is refused: twice a second here.
    expect(calls.reads).toBeLessThanOrEqual(2 * 30 * 60 + 2 * mints.length);
    expect(calls.writes).toBeLessThanOrEqual(2 * mints.length);
  });

  it('that no token of Connect’s has is refused until this one ends', async () => {
    const { state, mints, vend } = world();
    state.answer = { lifetimeMs: hour };
    await vend();
    state.now += 10 * minute;
    const refused = { kind: 'none', why: { kind: 'min_ttl' }, retryAfterMs: 50 * minute };
    expect(await vend({ minTtlMs: hour })).toMatchObject(refused);
    expect(status(await vend())).toBe('memory');
    expect(mints).toHaveLength(1);
  });

  it('is met by the token of another instance, without a mint', async () => {
    const { state, mints, instance } = world();
    const [vend, other] = [instance(), instance()];
    state.answer = { lifetimeMs: hour };
    await vend();
    await other();
    state.now += 5 * minute;
    await other({ minTtlMs: hour - minute });
    const served = await vend({ minTtlMs: hour - minute });
    expect(status(served)).toBe('table');
    expect(mints).toHaveLength(2);
  });

  it('makes a request wait for the mint of one that asked for less only where that is of use', async () => {
    const { state, mints, vend } = world();
    state.answer = { lifetimeMs: hour, takesMs: second };
    const [less, more] = await Promise.all([vend(), vend({ minTtlMs: 2 * hour })]);
    expect([status(less), status(more)]).toEqual(['mint', 'min_ttl']);
    expect(retryAfterMs(more)).toBe(hour - second);
    expect(mints).toHaveLength(1);
  });
});
