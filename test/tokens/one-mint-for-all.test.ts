import { describe, expect, it } from 'vitest';
import { cacheKey, partitionKey } from '../../lambda/tokens/cache-key.ts';
import { attemptLease } from '../../lambda/tokens/lease.ts';
import type { MintOutcome } from '../../lambda/tokens/mint.ts';
import type { Token } from '../../lambda/tokens/token.ts';
import type { TokenTable } from '../../lambda/tokens/token-table.ts';
import { slowTable } from '../support/flaky-table.ts';
import { down } from '../support/simulated-connect.ts';
import { day, hour, minute, requestFor, second, text, world } from '../support/token-world.ts';

const { signal } = new AbortController();

describe('one mint', () => {
  it('is made for a thousand instances that miss at once, though it takes eight seconds', async () => {
    const { state, mints, calls, prepared, instance } = world({ random: Math.random });
    state.answer = { lifetimeMs: day, takesMs: 8 * second };
    const vended = await Promise.all(Array.from({ length: 1_000 }, () => instance()()));
    expect(mints).toHaveLength(1);
    expect(new Set(vended.map(text))).toEqual(new Set(['token-0']));
    // Who does not get the lease looks every 200 to 500 ms, and at the circuit with its claim.
    expect(calls.reads).toBeLessThanOrEqual(1_000 * (2 + 8_000 / 200 + 1));
    expect(calls.writes).toBeLessThanOrEqual(1_000 + 1);
    expect(prepared).toHaveLength(1_000);
  });

  it('is made for instances that miss a moment after another, which read no secret', async () => {
    const { state, sleep, mints, calls, prepared, instance } = world({ random: Math.random });
    state.answer = { lifetimeMs: day, takesMs: 8 * second };
    const first = instance()();
    const others = Array.from({ length: 100 }, async (_, i) => {
      await sleep(10 + i);
      return instance()();
    });
    const vended = await Promise.all([first, ...others]);
    expect(new Set(vended.map(text))).toEqual(new Set(['token-0']));
    expect([mints.length, prepared.length, calls.writes]).toEqual([1, 1, 2]);
  });

  it('is made where each table operation takes up to 50 ms', async () => {
    const { state, sleep, mints, table, instance } = world({ random: Math.random });
    state.answer = { lifetimeMs: day, takesMs: second };
    const slow = slowTable(table, sleep, () => 50 * Math.random());
    const vended = await Promise.all(Array.from({ length: 100 }, () => instance({ table: slow })()));
    expect(new Set(vended.map(text))).toEqual(new Set(['token-0']));
    expect(mints).toHaveLength(1);
  });

  it('is waited for by a second instance to its end, and no longer than half a second more', async () => {
    const { state, mints, instance } = world({ random: Math.random });
    state.answer = { lifetimeMs: day, takesMs: 9_900 };
    const startedAt = state.now;
    const [one, other] = await Promise.all([instance()(), instance()()]);
    expect(text(one)).toBe(text(other));
    expect(mints).toHaveLength(1);
    expect(state.now - startedAt).toBeLessThanOrEqual(9_900 + 500);
  });

  it('that fails is told to the instances that wait for it, and none of them tries at once', async () => {
    const { state, mints, calls, instance } = world({ random: Math.random });
    state.answer = { ...down, takesMs: 3 * second };
    const [first, ...others] = await Promise.all(Array.from({ length: 50 }, () => instance()()));
    expect(first).toMatchObject({ why: down, retryAfterMs: second });
    for (const one of others) expect(one).toMatchObject({ why: { kind: 'back_off', cause: 'unavailable' } });
    expect(mints).toHaveLength(1);
    expect(calls.writes).toBeLessThanOrEqual(50 + 2);
  });
});

describe('a holder of the lease', () => {
  it('that dies costs one more mint, and everybody is served', async () => {
    const { state, sleep, mints, instance } = world({ random: Math.random });
    state.answer = new Promise(() => undefined);
    void instance()();
    await sleep(0);
    state.answer = { lifetimeMs: day, takesMs: second };
    const startedAt = state.now;
    const vended = await Promise.all(Array.from({ length: 200 }, () => instance()()));
    expect(mints).toHaveLength(2);
    expect(new Set(vended.map(text)).size).toBe(1);
    expect(state.now - startedAt).toBeLessThanOrEqual((12 + 1) * second + 2 * 500);
  });

  it.each([
    ['half a minute ahead, for longer than its lease was meant to be', 30 * second, 12 * second],
    ['five minutes ahead: that lease is not believed', 5 * minute, 0],
  ])('is not waited for where its clock is %s', async (_clock, aheadMs, waitedMs) => {
    const { state, table, mints, vend } = world();
    const key = partitionKey(cacheKey(requestFor('key')));
    const lease = attemptLease(undefined, 12 * second, state.now + aheadMs);
    const row = { token: undefined, lease, forced: undefined };
    await table.replace(key, row, { next: 'dead', expected: [undefined] }, signal);
    const startedAt = state.now;
    expect((await vend()).kind).toBe('token');
    expect(state.now - startedAt).toBeGreaterThanOrEqual(waitedMs);
    expect(state.now - startedAt).toBeLessThan(waitedMs + second);
    expect(mints).toHaveLength(1);
  });

  it('that is late does not overwrite the newer token, and vends that', async () => {
    const { state, sleep, mints, instance, tokenOutcome } = world();
    const { promise, resolve: end } = Promise.withResolvers<MintOutcome>();
    state.answer = promise;
    const frozen = instance()();
    await sleep(hour);
    state.answer = { lifetimeMs: day };
    const newer = text(await instance()());
    end(tokenOutcome(day, 'late', state.now - hour));
    expect(text(await frozen)).toBe(newer);
    expect(text(await instance()())).toBe(newer);
    expect(mints).toHaveLength(2);
  });
});

describe('an instance that is not quick enough for the lease', () => {
  it('leaves a live token in the table, however often others were quicker', async () => {
    const { state, table, instance, mints } = world();
    const old = text(await instance()());
    state.now += 13 * hour;
    let losses = 0;
    const contended: TokenTable = {
      ...table,
      replace: async (...of) => (losses++ < 8 ? { kind: 'lost' } : table.replace(...of)),
    };
    state.answer = down;
    expect((await instance({ table: contended })({ minTtlMs: 12 * hour })).kind).toBe('none');
    expect(losses).toBeGreaterThan(8);
    expect(text(await instance()())).toBe(old);
    expect(mints).toHaveLength(2);
  });

  it('takes what it has lost the lease to, without a mint', async () => {
    const { state, table, instance, mints } = world();
    const other = instance();
    let theirs: string | undefined;
    const contended: TokenTable = {
      ...table,
      replace: async (...of) => {
        theirs ??= text(await other());
        return table.replace(...of);
      },
    };
    const startedAt = state.now;
    expect(text(await instance({ table: contended })())).toBe('token-0');
    expect([theirs, mints.length, state.now - startedAt]).toEqual(['token-0', 1, 0]);
  });
});

it('an item that is deleted under its instances costs one mint at most, and no older token comes back', async () => {
  const { state, rows, mints, instance } = world();
  const fleet = [instance(), instance()];
  const tokens: Array<Token | undefined> = [];
  for (const vend of fleet) await vend();
  rows.clear();
  state.now += minute;
  for (const vend of [...fleet, instance()]) {
    const result = await vend();
    tokens.push(result.kind === 'token' ? result.token : undefined);
  }
  expect(mints).toHaveLength(2);
  expect(tokens.map((token) => token?.value.reveal())).toEqual(['token-0', 'token-0', 'token-1']);
  state.now += minute;
  for (const vend of fleet) expect(text(await vend())).toBe('token-1');
});
