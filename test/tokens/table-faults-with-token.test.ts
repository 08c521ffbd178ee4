import { describe, expect, it } from 'vitest';
import { flakyTable, readOnly } from '../support/flaky-table.ts';
import { day, hour, minute, second, status, text, type Vend, world } from '../support/token-world.ts';

import { troubledWorld } from '../support/troubled-world.ts';

describe('with a live token, a table fault is no reason to mint', () => {
  it('in the renewal window nobody mints without the lease: nobody else would have the new one', async () => {
    const { state, table, mints, instance } = world();
    const old = text(await instance()());
    state.now += day - hour;
    for (let i = 0; i < 20; i++) expect(text(await instance({ table: readOnly(table) })())).toBe(old);
    expect(mints).toHaveLength(1);
  });

  it('a table that is out of reach is tried once a minute', async () => {
    const { state, mints, instance, flaky, tries, trouble } = troubledWorld();
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

  it('a table that can be read and not written is tried once a minute for a renewal', async () => {
    const { state, table, mints, instance } = world();
    const { table: unwritable, tries } = flakyTable(readOnly(table), () => undefined);
    const old = text(await instance()());
    const vend = instance({ table: unwritable });
    const start = state.now + day - hour;
    for (state.now = start; state.now < start + 10 * minute; state.now += second)
      expect(text(await vend())).toBe(old);
    expect(tries.writes).toBeLessThanOrEqual(11 * 5 * 2);
    expect(mints).toHaveLength(1);
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
    const { state, mints, instance, flaky, trouble } = troubledWorld();
    trouble.now = 'answerIsLost';
    const own = text(await instance({ table: flaky })());
    const startedAt = state.now;
    expect(text(await instance()())).toBe(own);
    expect(state.now - startedAt).toBe(0);
    expect(mints).toHaveLength(1);
  });

  it('to the claim of a renewal ahead leaves no lease behind either', async () => {
    const { state, table, instance } = world();
    const old = text(await instance()());
    state.now += day - hour;
    let writes = 0;
    const { table: flaky } = flakyTable(table, (operation) =>
      operation === 'replace' && writes++ < 5 ? 'answerIsLost' : undefined,
    );
    expect(text(await instance({ table: flaky })())).toBe(old);
    expect(status(await instance()())).toBe('mint');
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
