import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { MintOutcome } from '../../lambda/tokens/mint.ts';
import { identityOf, phaseOf, tokenKey } from '../../lambda/tokens/token.ts';
import { TableUnavailable, type TokenTable } from '../../lambda/tokens/token-table.ts';
import type { VendResult } from '../../lambda/tokens/tokens.ts';
import { type Answer, day, down, hour, requestFor, status, text, world } from '../support/token-world.ts';

const minute = 60_000;

const broken: TokenTable = {
  read: () => Promise.reject(new TableUnavailable('read')),
  lease: () => Promise.reject(new TableUnavailable('lease')),
  write: () => Promise.reject(new TableUnavailable('write')),
  release: () => Promise.reject(new TableUnavailable('release')),
  readHold: () => Promise.reject(new TableUnavailable('readHold')),
  writeHold: () => Promise.reject(new TableUnavailable('writeHold')),
};

describe('a fleet', () => {
  it('vends one token from the table, minted once, whatever instance is asked', async () => {
    const { mints, vend, instance, calls } = world();
    const first = text(await vend());
    const before = calls.reads;
    const second = await instance()();
    expect([text(second), status(second)]).toEqual([first, 'table']);
    expect(calls.reads - before).toBe(1);
    expect(mints).toHaveLength(1);
  });

  it('mints once for a thousand instances that miss at once', async () => {
    const { mints, instance } = world({ random: Math.random });
    const vended = await Promise.all(Array.from({ length: 1_000 }, () => instance()()));
    expect(mints).toHaveLength(1);
    expect(new Set(vended.map(text)).size).toBe(1);
  });

  it('mints twice where the holder of the lease dies, and serves everybody', async () => {
    const { state, mints, instance } = world({ random: Math.random });
    const answer = state.answer;
    state.answer = new Promise(() => undefined);
    void instance()();
    await setImmediate();
    expect(mints).toHaveLength(1);
    state.answer = answer;
    const vended = await Promise.all(Array.from({ length: 200 }, () => instance()()));
    expect(mints).toHaveLength(2);
    expect(new Set(vended.map(text)).size).toBe(1);
  });

  it('takes a lease over though its holder’s clock is five minutes ahead', async () => {
    const { state, table, mints, vend } = world();
    const key = tokenKey(identityOf(requestFor('key')));
    const until = state.now + 5 * minute + 12_000;
    const claim = { owner: 'dead', now: state.now, until, keepUntil: until, seen: 0 };
    await table.lease(key, claim, new AbortController().signal);
    const startedAt = state.now;
    expect(status(await vend())).toBe('mint');
    expect(state.now - startedAt).toBeLessThan(15_000);
    expect(mints).toHaveLength(1);
  });

  it('a late writer does not overwrite the newer token, and vends that', async () => {
    const { state, mints, instance } = world();
    const [late, quick] = [instance(), instance()];
    const { tokenOutcome } = world();
    const { promise, resolve: land } = Promise.withResolvers<MintOutcome>();
    state.answer = promise;
    const frozen = late();
    await setImmediate();
    state.now += hour;
    state.answer = { lifetimeMs: day };
    const newer = text(await quick());
    land(tokenOutcome(day, 'late'));
    expect(text(await frozen)).toBe(newer);
    expect(text(await instance()())).toBe(newer);
    expect(mints).toHaveLength(2);
  });

  it('renews once in the window, and every instance has the new token within a minute', async () => {
    const { state, mints, instance } = world({ random: Math.random });
    const fleet = Array.from({ length: 20 }, () => instance());
    for (const vend of fleet) await vend();
    state.now += day - 2 * hour + 20 * minute;
    const renewed = text(await (fleet[0] as (typeof fleet)[0])());
    expect(mints).toHaveLength(2);
    for (const vend of fleet) await vend();
    state.now += minute;
    for (const vend of fleet) expect(text(await vend())).toBe(renewed);
    expect(mints).toHaveLength(2);
  });

  it('without the table every instance mints for itself, and vends from memory', async () => {
    const { mints, instance } = world();
    const fleet = [instance(broken), instance(broken)];
    for (let round = 0; round < 10; round++)
      for (const vend of fleet) expect((await vend()).kind).toBe('token');
    expect(mints).toHaveLength(2);
  });

  it('an instance that lost the table keeps its token, and takes no older one when the table is back', async () => {
    const { state, table, instance } = world();
    const flaky = { ...table };
    const vend = instance(flaky);
    const old = text(await vend());
    state.now += day - 100_000;
    Object.assign(flaky, broken);
    const own = text(await vend());
    expect(own).not.toBe(old);
    Object.assign(flaky, table);
    state.now += minute;
    expect(text(await vend())).toBe(own);
  });

  it('in the window nobody mints without the lease: what it brings, nobody else would have', async () => {
    const { state, table, mints, instance } = world();
    const old = text(await instance()());
    state.now += day - hour;
    const readOnly = { ...broken, read: table.read, readHold: table.readHold };
    for (let i = 0; i < 20; i++) expect(text(await instance(readOnly)())).toBe(old);
    expect(mints).toHaveLength(1);
  });

  it('in the window a table that is out of reach is tried once a minute', async () => {
    const { state, table, mints, instance } = world();
    let tries = 0;
    const flaky = { ...table };
    const vend = instance(flaky);
    const old = text(await vend());
    Object.assign(flaky, broken, {
      lease: () => {
        tries += 1;
        return broken.lease('', {} as never, new AbortController().signal);
      },
    });
    state.now += day - hour;
    for (let second = 0; second < 600; second++) {
      expect(text(await vend())).toBe(old);
      state.now += 1_000;
    }
    expect([tries, mints.length]).toEqual([11, 1]);
    Object.assign(flaky, table);
    state.now += minute;
    expect(status(await vend())).toBe('mint');
  });

  it.each([
    ['dead', day + hour, {}],
    ['under the floor', day - minute, {}],
    ['too short for min_ttl', day - hour, { minTtlMs: 2 * hour }],
    ['refused', hour, { refuses: true }],
  ])(
    'vends what it minted without the lease, where the table has a token that is %s',
    async (_what, passes, { minTtl = 0, refuses = false }: { minTtl?: number; refuses?: boolean }) => {
      const { state, table, instance } = world();
      const old = await instance()();
      state.now += passes;
      const read = vi.fn(table.read).mockRejectedValueOnce(new TableUnavailable('read'));
      const vend = instance({ ...table, read });
      const own = await vend({ minTtlMs: minTtl, ...(refuses && { refusedSha256: sha256(old) }) });
      expect([status(own), text(own)]).toEqual(['mint', 'token-1']);
      state.now += minute;
      expect(text(await vend({ minTtlMs: minTtl }))).toBe('token-1');
    },
  );

  it('keeps what it minted without the table, though that has a dead token when it is back', async () => {
    const { state, table, instance } = world();
    await instance()();
    state.now += day + hour;
    const flaky = { ...table, ...broken };
    const vend = instance(flaky);
    const own = text(await vend());
    Object.assign(flaky, table);
    state.answer = down;
    state.now += minute;
    expect(text(await vend())).toBe(own);
  });

  it('an attempt that was given up and ends late brings no older token back', async () => {
    const { state, table, instance } = world();
    const slow = { ...table };
    const vend = instance(slow);
    const old = await vend();
    state.now += hour;
    const released = Promise.withResolvers<void>();
    slow.release = () => released.promise;
    state.answer = down;
    const abort = new AbortController();
    const givenUp = vend({ refusedSha256: sha256(old), signal: abort.signal });
    await setImmediate();
    abort.abort();
    state.answer = { lifetimeMs: day };
    state.now += 2 * minute;
    const newer = text(await instance()({ refusedSha256: sha256(old) }));
    expect(text(await vend())).toBe(newer);
    released.resolve();
    await givenUp;
    expect(text(await vend())).toBe(newer);
  });

  it('leaves a live token in the table, however often others are quicker', async () => {
    const { state, table, instance } = world();
    state.answer = { lifetimeMs: 2 * hour };
    const old = text(await instance()());
    state.now += 5 * minute;
    let losses = 0;
    const contended: TokenTable = {
      ...table,
      lease: async (key, claim, signal) =>
        losses++ < 8 && claim.regardless !== true ? false : table.lease(key, claim, signal),
    };
    state.answer = down;
    expect((await instance(contended)({ minTtlMs: 2 * hour - minute })).kind).toBe('failed');
    expect(losses).toBe(9);
    expect(text(await instance()())).toBe(old);
  });

  it('does not vend what a clock far ahead has minted, once that is put right', async () => {
    const { state, mints, vend, instance } = world();
    const right = state.now;
    state.now = right + 3 * day;
    const ahead = text(await vend());
    state.now = right + 2 * day;
    for (const one of [vend, instance()]) expect(text(await one())).not.toBe(ahead);
    expect(mints).toHaveLength(2);
  });

  it('vends the same token to its true end where a clock that was behind has seen it first', async () => {
    const { state, mints, instance } = world();
    const end = state.now + day;
    state.now -= minute;
    state.answer = { lifetimeMs: day, text: 'same' };
    await instance()();
    const vend = instance();
    for (const left of [90_000, 50_000, 20_000, 5_000]) {
      state.now = end - left;
      state.answer = { lifetimeMs: left, text: 'same' };
      expect(text(await vend())).toBe('same');
    }
    expect(mints).toHaveLength(3);
  });

  it('while Connect is down one instance tries at a time, and the others take its word', async () => {
    const { state, mints, instance } = world({ random: Math.random });
    state.answer = down;
    const fleet = Array.from({ length: 50 }, () => instance());
    const start = state.now;
    while (state.now < start + 10 * minute) {
      for (const [index, vend] of fleet.entries())
        expect((await vend({ key: `key-${index % 5}` })).kind).toBe('failed');
      state.now += 1_000;
    }
    expect(mints.length).toBeLessThan(40);
    state.answer = { lifetimeMs: day };
    state.now += minute;
    for (const vend of fleet) expect((await vend()).kind).toBe('token');
  });

  it('a clock three days ahead holds nobody back for longer than a minute', async () => {
    const { state, instance } = world();
    state.answer = down;
    state.now += 3 * day;
    await instance()();
    state.now -= 3 * day;
    const [one, other] = [instance(), instance()];
    for (const vended of await Promise.all([one({ key: 'one' }), other({ key: 'other' })])) {
      expect(vended.kind).toBe('failed');
      expect((vended.kind === 'failed' && vended.retryAfter) || 0).toBeLessThanOrEqual(minute);
    }
  });

  it('an instance frozen for an hour, or for a day, vends nothing dead', async () => {
    const { state, vend } = world();
    for (const frozen of [hour, day, 10 * day]) {
      await vend();
      state.now += frozen;
      const vended = await vend();
      expect(vended.kind === 'token' && vended.token.expiresAt - state.now >= 120_000).toBe(true);
    }
  });

  it('never vends a token that is dead or too short, whatever clocks, instances, table and Connect do', async () => {
    const answers: fc.Arbitrary<Answer> = fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 30_000, max: 31 * day }).map((lifetime) => ({ lifetime })) },
      fc.integer({ min: 1, max: day }).map((lifetime) => ({ lifetime, text: 'same' })),
      fc.constantFrom<MintOutcome>(down, { kind: 'invalid_grant' }, { kind: 'not_a_token' }),
    );
    const steps = fc.array(
      fc.record({
        passes: fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: -300_000, max: 2 * day })),
        answer: answers,
        minTtlMs: fc.constantFrom(0, 0, 60_000, 7_200_000),
        who: fc.integer({ min: 0, max: 2 }),
        tableIsDown: fc.boolean(),
        refuses: fc.boolean(),
      }),
      { minLength: 10, maxLength: 80 },
    );
    let vends = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const { state, table, instance } = world({ random: Math.random });
        const flaky = { ...table };
        const fleet = [instance(flaky), instance(flaky), instance(flaky)];
        let last: string | undefined;
        for (const { passes, answer, minTtl, who, tableIsDown, refuses } of taken) {
          state.now += passes;
          state.answer = answer;
          Object.assign(flaky, tableIsDown ? broken : table);
          const vend = fleet[who] as (typeof fleet)[0];
          const vended = await vend({
            minTtlMs: minTtl,
            ...(refuses && last !== undefined && { refusedSha256: last }),
          });
          if (vended.kind !== 'token') {
            // Whoever minted a token that would serve is vended one.
            const minted = vended.mint?.outcome;
            const served = { now: state.now, minTtl, jitter: 0 };
            if (minted?.kind === 'token' && minted.token.value.reveal() !== 'same')
              expect(phaseOf(minted.token, served)).toBe('short');
            continue;
          }
          vends += 1;
          last = vended.token.sha256;
          const left = vended.token.expiresAt - state.now;
          const least = vended.token.broughtBack
            ? 5_000
            : Math.max(1_000, Math.min(120_000, vended.token.lifetime / 50));
          expect(left).toBeGreaterThanOrEqual(Math.max(least, minTtl));
        }
      }),
      { numRuns: 6_000 },
    );
    console.error(`${vends} vends over random clocks, lifetimes and faults: none dead or short`);
    expect(vends).toBeGreaterThan(100_000);
  }, 120_000);
});

describe('a renewal that a caller forces', () => {
  it('replaces the refused token everywhere, and never brings an older one back', async () => {
    const { state, mints, instance } = world();
    const [one, other] = [instance(), instance()];
    const first = await one();
    await other();
    const second = await one({ refusedSha256: sha256(first) });
    expect(text(second)).not.toBe(text(first));
    expect(text(await other({ refusedSha256: sha256(first) }))).toBe(text(second));
    state.now += minute;
    for (const vend of [one, other, instance()]) expect(text(await vend())).toBe(text(second));
    expect(mints).toHaveLength(2);
  });

  it('is only for the token that is current', async () => {
    const { mints, vend } = world();
    const first = await vend();
    expect(text(await vend({ refusedSha256: 'f'.repeat(64) }))).toBe(text(first));
    expect(mints).toHaveLength(1);
  });

  it('is had after 1, 2, 4 minutes and so on to an hour, by however many callers and instances', async () => {
    const { state, mints, instance } = world();
    const fleet = Array.from({ length: 5 }, () => instance());
    await (fleet[0] as (typeof fleet)[0])();
    const start = state.now;
    while (state.now < start + 6 * hour) {
      for (const vend of fleet) {
        const current = await vend();
        await vend({ refusedSha256: sha256(current) });
      }
      state.now += 15_000;
    }
    const gaps = mints.slice(1).map(({ at }, index, all) => at - (all[index - 1]?.at ?? start));
    expect(gaps.map((gap) => Math.round(gap / minute))).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  });

  it('that fails leaves the current token, and counts', async () => {
    const { state, mints, vend } = world();
    const first = await vend();
    state.answer = down;
    for (let i = 0; i < 10; i++) expect(text(await vend({ refusedSha256: sha256(first) }))).toBe(text(first));
    expect(mints).toHaveLength(2);
  });

  it('that is held back leaves the current token too, for everybody who asked at once', async () => {
    const { state, vend } = world();
    const first = await vend();
    state.answer = down;
    await vend({ key: 'other' });
    const both = await Promise.all([
      vend({ refusedSha256: sha256(first) }),
      vend({ refusedSha256: sha256(first) }),
    ]);
    expect(both.map(text)).toEqual([text(first), text(first)]);
  });

  it('and a min_ttl together bring no more mints than the one or the other', async () => {
    const { state, mints, vend } = world();
    state.answer = { lifetimeMs: 2 * hour };
    const start = state.now;
    let refused = sha256(await vend());
    while (state.now < start + 10 * minute) {
      for (const want of [{ minTtlMs: 2 * hour - 1 }, { refused }]) {
        const vended = await vend(want);
        refused = sha256(vended) ?? refused;
      }
      state.now += 1_000;
    }
    expect(mints.length).toBeLessThanOrEqual(12);
    state.now += 30_000;
    const spaced = await vend({ minTtlMs: 2 * hour });
    expect(spaced).toMatchObject({ kind: 'short' });
    expect(await vend({ minTtlMs: 2 * hour, refusedSha256: 'f'.repeat(64) })).toEqual(spaced);
  });

  it.each([32, 64])(
    'is had soon after Connect was down for %i minutes, however often it was asked for',
    async (minutes) => {
      const { state, mints, instance } = world();
      const [vend, other] = [instance(), instance()];
      const revoked = await vend();
      state.now += hour;
      state.answer = down;
      for (const end = state.now + minutes * minute; state.now < end; state.now += 5_000) {
        expect(text(await vend({ refusedSha256: sha256(revoked) }))).toBe(text(revoked));
        // Of the same client: what it finds out holds the forced renewals back besides.
        await other({ key: 'other' });
      }
      expect(mints.length).toBeLessThan(minutes * 4);
      state.answer = { lifetimeMs: day };
      const upAt = state.now;
      while (text(await vend({ refusedSha256: sha256(revoked) })) === text(revoked)) state.now += 5_000;
      expect(state.now - upAt).toBeLessThan(2 * minute);
    },
  );

  it('that brings the same token back is had again, after 1, 2, 4 minutes and so on to an hour', async () => {
    const { state, mints, vend } = world();
    state.answer = { lifetimeMs: day, text: 'same' };
    const refused = sha256(await vend());
    const start = state.now;
    for (; state.now < start + 4 * hour; state.now += 15_000) {
      state.answer = { lifetimeMs: start + day - state.now, text: 'same' };
      expect(text(await vend({ refused }))).toBe('same');
    }
    expect(mints.map(({ at }) => (at - start) / minute)).toEqual([0, 0, 1, 3, 7, 15, 31, 63, 123, 183]);
    state.answer = { lifetimeMs: day };
    state.now += hour;
    expect(text(await vend({ refused }))).toBe('token-0');
  });

  it('is not what a request that finds no token has asked for: the next one is had at once', async () => {
    const { vend, tokenOutcome, state } = world();
    state.answer = { lifetimeMs: day, text: 'revoked' };
    const { token } = tokenOutcome(day, 'revoked') as { token: { sha256: string } };
    await vend({ refusedSha256: token.sha256 });
    state.answer = { lifetimeMs: day };
    state.now += 1_000;
    expect(text(await vend({ refusedSha256: token.sha256 }))).not.toBe('revoked');
  });

  it('is spaced by memory too, where there is no table', async () => {
    const { state, mints, instance } = world();
    const vend = instance(broken);
    await vend();
    for (let second = 0; second < 600; second++) {
      await vend({ refusedSha256: sha256(await vend()) });
      state.now += 1_000;
    }
    expect(mints.length).toBeLessThanOrEqual(1 + 5);
  });
});
