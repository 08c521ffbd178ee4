import { describe, expect, it } from 'vitest';
import { brokenTable } from '../support/flaky-table.ts';
import { down } from '../support/simulated-connect.ts';
import { day, hour, minute, second, sha256, status, text, world } from '../support/token-world.ts';
import { troubledWorld } from '../support/troubled-world.ts';

describe('without the table', () => {
  it('every instance mints for itself, and vends from memory', async () => {
    const { mints, instance } = world();
    const fleet = [instance({ table: brokenTable }), instance({ table: brokenTable })];
    for (let round = 0; round < 10; round++)
      for (const vend of fleet) expect((await vend()).kind).toBe('token');
    expect(mints).toHaveLength(2);
  });

  it('an operation is tried five times within the budget, and what went wrong is told', async () => {
    const { state, instance, flaky, tries, trouble } = troubledWorld({ random: () => 0.5 });
    trouble.now = 'fails';
    const startedAt = state.now;
    const vended = await instance({ table: flaky })();
    expect(vended).toMatchObject({ kind: 'token', tableFault: 'DynamoDB: InternalServerError' });
    // The look; after the mint the write of its token, and of the token's pointer.
    expect(tries).toEqual({ reads: 5, writes: 10 });
    expect(state.now - startedAt).toBeLessThanOrEqual(2 * 5 * 60);
  });

  it('an instance waits for the holder of a lease no longer, and mints', async () => {
    const { state, sleep, mints, instance, flaky, trouble } = troubledWorld();
    state.answer = { lifetimeMs: day, takesMs: 9 * second };
    const holding = instance()();
    const waiting = instance({ table: flaky })();
    await sleep(second);
    trouble.now = 'fails';
    state.answer = { lifetimeMs: day, takesMs: second };
    expect(status(await waiting)).toBe('mint');
    expect(state.now - (mints[0]?.at ?? 0)).toBeLessThan(3 * second);
    expect((await holding).kind).toBe('token');
    expect(mints).toHaveLength(2);
  });

  it('a client that failed is held back by memory', async () => {
    const { state, mints, instance } = world();
    const vend = instance({ table: brokenTable });
    state.answer = down;
    const start = state.now;
    for (; state.now < start + 100 * second; state.now += 500) await vend();
    expect(mints.length).toBeGreaterThanOrEqual(7);
    expect(mints.length).toBeLessThanOrEqual(8);
  });
});

describe('an instance that lost the table', () => {
  it('keeps the token that it minted, and takes no older one when the table is back', async () => {
    const { state, mints, instance, flaky, trouble } = troubledWorld();
    const vend = instance({ table: flaky });
    const old = text(await vend());
    state.now += day - 100 * second;
    trouble.now = 'fails';
    const own = text(await vend());
    expect(own).not.toBe(old);
    trouble.now = undefined;
    state.now += minute;
    expect(text(await vend())).toBe(own);
    expect(mints).toHaveLength(2);
  });

  it('keeps it though the table has an expired one when it is back, and Connect is down', async () => {
    const { state, instance, flaky, trouble, mints } = troubledWorld();
    await instance()();
    state.now += day + hour;
    trouble.now = 'fails';
    const vend = instance({ table: flaky });
    const own = text(await vend());
    trouble.now = undefined;
    state.answer = down;
    state.now += minute;
    expect(text(await vend())).toBe(own);
    expect(mints).toHaveLength(2);
  });

  it.each<[string, number, { minTtlMs?: number; refuses?: boolean }]>([
    ['expired', day + hour, {}],
    ['below the minimum life', day - minute, {}],
    ['too short for min_ttl', day - hour, { minTtlMs: 2 * hour }],
    ['refused', hour, { refuses: true }],
  ])(
    'vends what it minted without the lease, where the table has a token that is %s',
    async (_what, passesMs, { minTtlMs = 0, refuses = false }) => {
      const { state, instance, flaky, trouble, mints } = troubledWorld();
      const old = await instance()();
      state.now += passesMs;
      trouble.now = 'fails';
      const vend = instance({ table: flaky });
      const vending = vend({ minTtlMs, refusedSha256: refuses ? sha256(old) : undefined });
      const own = await vending;
      expect([status(own), text(own)]).toEqual(['mint', 'token-1']);
      trouble.now = undefined;
      state.now += minute;
      expect(text(await vend({ minTtlMs }))).toBe('token-1');
      expect(mints).toHaveLength(2);
    },
  );

  it('shares what it minted once it can, and the others mint nothing', async () => {
    const { state, instance, flaky, trouble, mints } = troubledWorld();
    trouble.now = 'fails';
    const vend = instance({ table: flaky });
    await vend();
    trouble.now = undefined;
    state.now += day - hour;
    const renewed = text(await vend());
    expect(text(await instance()())).toBe(renewed);
    expect(mints).toHaveLength(2);
  });
});
