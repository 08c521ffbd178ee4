import { describe, expect, it } from 'vitest';
import { brokenTable } from '../support/flaky-table.ts';
import { down } from '../support/simulated-connect.ts';
import { day, hour, minute, second, sha256, text, type Vend, world } from '../support/token-world.ts';

describe('a renewal that a caller forces with refused_token_sha256', () => {
  it('replaces the refused token everywhere, and never brings an older one back', async () => {
    const { state, mints, instance } = world();
    const [one, other] = [instance(), instance()];
    const first = await one();
    await other();
    const next = await one({ refusedSha256: sha256(first) });
    expect(text(next)).not.toBe(text(first));
    expect(text(await other({ refusedSha256: sha256(first) }))).toBe(text(next));
    state.now += minute;
    for (const vend of [one, other, instance()]) expect(text(await vend())).toBe(text(next));
    expect(mints).toHaveLength(2);
  });

  it('is for the current token alone', async () => {
    const { mints, calls, vend } = world();
    const first = await vend();
    const before = { ...calls };
    expect(text(await vend({ refusedSha256: 'f'.repeat(64) }))).toBe(text(first));
    expect(calls).toEqual(before);
    expect(mints).toHaveLength(1);
  });

  it('is one mint for a hundred callers of ten instances at once, who all get what it brings', async () => {
    const { state, mints, calls, instance } = world({ random: Math.random });
    const fleet = Array.from({ length: 10 }, () => instance());
    const first = await (fleet[0] as Vend)();
    for (const vend of fleet) await vend();
    state.answer = { lifetimeMs: day, takesMs: 3 * second };
    const before = { ...calls };
    const renewed = await Promise.all(
      Array.from({ length: 100 }, (_, i) => (fleet[i % 10] as Vend)({ refusedSha256: sha256(first) })),
    );
    expect(new Set(renewed.map(text))).toEqual(new Set(['token-1']));
    expect(mints).toHaveLength(2);
    // Each instance looks every 200 to 500 ms.
    expect(calls.reads - before.reads).toBeLessThanOrEqual(10 * (3 + 15));
    expect(calls.writes - before.writes).toBeLessThanOrEqual(10 + 1);
  });

  it('is granted after 1, 2, 4 minutes and so on to an hour, to however many callers and instances', async () => {
    const { state, mints, instance } = world();
    const fleet = Array.from({ length: 5 }, () => instance());
    await (fleet[0] as Vend)();
    const start = state.now;
    while (state.now < start + 6 * hour) {
      for (const vend of fleet) {
        const current = await vend();
        await vend({ refusedSha256: sha256(current) });
      }
      state.now += 15 * second;
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

  it('that is held back leaves the current token, for everybody who asked at once', async () => {
    const { state, mints, vend } = world();
    const first = await vend();
    state.answer = down;
    await vend({ key: 'other' });
    const both = await Promise.all([
      vend({ refusedSha256: sha256(first) }),
      vend({ refusedSha256: sha256(first) }),
    ]);
    expect(both.map(text)).toEqual([text(first), text(first)]);
    expect(mints).toHaveLength(2);
  });

  it('and a min_ttl together bring no more mints than both of them apart', async () => {
    const mintsIn4Hours = async ({ minTtlMs = 0, refuses = false }) => {
      const { state, mints, vend } = world();
      state.answer = { lifetimeMs: 2 * hour };
      const end = state.now + 4 * hour;
      let refusedSha256 = sha256(await vend());
      for (; state.now < end; state.now += 10 * second) {
        if (refuses) refusedSha256 = sha256(await vend({ refusedSha256 })) ?? refusedSha256;
        await vend({ minTtlMs });
      }
      return mints.length;
    };
    const [byMinTtl, byRefusal, byBoth] = await Promise.all([
      mintsIn4Hours({ minTtlMs: hour }),
      mintsIn4Hours({ refuses: true }),
      mintsIn4Hours({ minTtlMs: hour, refuses: true }),
    ]);
    expect(byMinTtl).toBe(4);
    expect(byBoth).toBeLessThanOrEqual(byMinTtl + byRefusal);
  });

  it.each([32, 64])(
    'is granted soon after Connect was down for %i minutes, however often it was asked for',
    async (minutes) => {
      const { state, mints, instance } = world();
      const [vend, other] = [instance(), instance()];
      const revoked = await vend();
      state.now += hour;
      state.answer = down;
      for (const end = state.now + minutes * minute; state.now < end; state.now += 5 * second) {
        expect(text(await vend({ refusedSha256: sha256(revoked) }))).toBe(text(revoked));
        // Of the same client: what it finds out holds the forced renewals back besides.
        await other({ key: 'other' });
      }
      expect(mints.length).toBeLessThan(minutes * 4);
      state.answer = { lifetimeMs: day };
      const upAt = state.now;
      while (text(await vend({ refusedSha256: sha256(revoked) })) === text(revoked)) state.now += 5 * second;
      expect(state.now - upAt).toBeLessThan(2 * minute);
    },
  );

  it('that brings the same token back is granted again after 1, 2, 4 minutes and so on to an hour', async () => {
    const { state, mints, vend } = world();
    state.answer = { lifetimeMs: day, text: 'same' };
    const refusedSha256 = sha256(await vend());
    const start = state.now;
    for (; state.now < start + 4 * hour; state.now += 15 * second) {
      state.answer = { lifetimeMs: start + day - state.now, text: 'same' };
      expect(text(await vend({ refusedSha256 }))).toBe('same');
    }
    expect(mints.map(({ at }) => (at - start) / minute)).toEqual([0, 0, 1, 3, 7, 15, 31, 63, 123, 183]);
    state.answer = { lifetimeMs: day, text: 'new' };
    state.now += hour;
    expect(text(await vend({ refusedSha256 }))).toBe('new');
  });

  it('is not used up by a request that finds no token: the next one is granted at once', async () => {
    const { state, vend } = world();
    state.answer = { lifetimeMs: day, text: 'revoked' };
    const revoked = sha256(await vend({ refusedSha256: 'f'.repeat(64) }));
    state.answer = { lifetimeMs: day };
    state.now += second;
    expect(text(await vend({ refusedSha256: revoked }))).not.toBe('revoked');
  });

  it('needs the table: without it the current token is the answer, and nothing is minted', async () => {
    const { state, mints, instance } = world();
    const vend = instance({ table: brokenTable });
    const first = await vend();
    for (let i = 0; i < 600; i++) {
      expect(text(await vend({ refusedSha256: sha256(first) }))).toBe(text(first));
      state.now += second;
    }
    expect(mints).toHaveLength(1);
  });
});
