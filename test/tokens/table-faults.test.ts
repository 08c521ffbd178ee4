import { describe, expect, it } from 'vitest';
import { brokenTable, flakyTable, readOnly, type Trouble } from '../support/flaky-table.ts';
import { down } from '../support/simulated-connect.ts';
import { day, hour, minute, second, sha256, status, text, type Vend, world } from '../support/token-world.ts';

/** A world and a table before it that fails while `trouble.now` says so. */
function troubled(options: Parameters<typeof world>[0] = {}) {
  const one = world(options);
  const trouble = { now: undefined as Trouble };
  const { table, tries } = flakyTable(one.table, () => trouble.now);
  return { ...one, trouble, tries, flaky: table };
}

describe('without the table', () => {
  it('every instance mints for itself, and vends from memory', async () => {
    const { mints, instance } = world();
    const fleet = [instance({ table: brokenTable }), instance({ table: brokenTable })];
    for (let round = 0; round < 10; round++)
      for (const vend of fleet) expect((await vend()).kind).toBe('token');
    expect(mints).toHaveLength(2);
  });

  it('an operation is tried five times within the budget, and what went wrong is told', async () => {
    const { state, instance, flaky, tries, trouble } = troubled({ random: () => 0.5 });
    trouble.now = 'fails';
    const startedAt = state.now;
    const vended = await instance({ table: flaky })();
    expect(vended).toMatchObject({ kind: 'token', tableFault: 'DynamoDB: InternalServerError' });
    // The look; after the mint the write of its token.
    expect(tries).toEqual({ reads: 5, writes: 5 });
    expect(state.now - startedAt).toBeLessThanOrEqual(2 * 5 * 60);
  });

  it('an instance waits for the holder of a lease no longer, and mints', async () => {
    const { state, sleep, mints, instance, flaky, trouble } = troubled();
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
    const { state, mints, instance, flaky, trouble } = troubled();
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
    const { state, instance, flaky, trouble, mints } = troubled();
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
      const { state, instance, flaky, trouble, mints } = troubled();
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
    const { state, instance, flaky, trouble, mints } = troubled();
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

describe('with a live token, a table fault is no reason to mint', () => {
  it('in the renewal window nobody mints without the lease: nobody else would have the new one', async () => {
    const { state, table, mints, instance } = world();
    const old = text(await instance()());
    state.now += day - hour;
    for (let i = 0; i < 20; i++) expect(text(await instance({ table: readOnly(table) })())).toBe(old);
    expect(mints).toHaveLength(1);
  });

  it('a table that is out of reach is tried once a minute', async () => {
    const { state, mints, instance, flaky, tries, trouble } = troubled();
    const vend = instance({ table: flaky });
    const old = text(await vend());
    const before = { ...tries };
    trouble.now = 'fails';
    const start = state.now + day - hour;
    for (state.now = start; state.now < start + 10 * minute; state.now += second)
      expect(text(await vend())).toBe(old);
    const looks = (tries.reads - before.reads) / 5;
    expect(looks).toBeGreaterThanOrEqual(10);
    expect(looks).toBeLessThanOrEqual(11);
    expect([tries.writes - before.writes, mints.length]).toEqual([0, 1]);
    trouble.now = undefined;
    state.now += minute;
    expect(status(await vend())).toBe('mint');
  });

  it('half of the table’s calls fail for a week, before or after they are carried out: little more is minted', async () => {
    const { state, table, mints, issued, instance } = world({ random: Math.random });
    const { table: flaky } = flakyTable(table, () => {
      const dice = Math.random();
      return dice < 0.25 ? 'fails' : dice < 0.5 ? 'answerIsLost' : undefined;
    });
    state.answer = { lifetimeMs: 4 * hour, takesMs: 200 };
    const fleet = Array.from({ length: 5 }, () => instance({ table: flaky }));
    const vends = { all: 0, ofRevoked: 0 };
    for (const end = state.now + 7 * day; state.now < end; state.now += 2 * minute) {
      const vended = await (fleet[vends.all % 5] as Vend)();
      expect(vended.kind).toBe('token');
      vends.all += 1;
      // Connect revokes the previous token at each mint.
      if (text(vended) !== [...issued.keys()].at(-1)) vends.ofRevoked += 1;
    }
    // One mint in three hours and a bit is needed.
    expect(mints.length).toBeLessThanOrEqual(70);
    expect(vends.ofRevoked / vends.all).toBeLessThan(0.05);
  });
});

describe('a lost answer', () => {
  it('to every operation leaves no lease behind: the others do not wait for it', async () => {
    const { state, mints, instance, flaky, trouble } = troubled();
    trouble.now = 'answerIsLost';
    const own = text(await instance({ table: flaky })());
    const startedAt = state.now;
    expect(text(await instance()())).toBe(own);
    expect(state.now - startedAt).toBe(0);
    expect(mints).toHaveLength(1);
  });

  it('to the claim alone costs no second mint, and leaves no lease behind', async () => {
    const { state, table, mints, instance } = world();
    let writes = 0;
    const { table: flaky } = flakyTable(table, (operation) =>
      operation === 'replace' && writes++ < 5 ? 'answerIsLost' : undefined,
    );
    const own = text(await instance({ table: flaky })());
    const startedAt = state.now;
    expect(text(await instance()())).toBe(own);
    expect([state.now - startedAt, mints.length]).toEqual([0, 1]);
  });
});
