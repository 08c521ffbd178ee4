import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TokenTable } from '../../lambda/tokens/token-table.ts';
import { brokenTable, flakyTable } from '../support/flaky-table.ts';
import { revocationWorld } from '../support/revocation-world.ts';
import { day, hour, mintRequest, minute, requestFor, second, status, text } from '../support/token-world.ts';

const beta = { ...mintRequest.client, name: 'beta' };
const ofBeta = { ...requestFor('key'), client: beta };

describe('a revoked token', () => {
  it('is dropped at once where it was revoked, and by every other instance at its next look', async () => {
    const { instance, state, upstream, mints } = revocationWorld();
    const [one, two, three] = [instance(), instance(), instance()];
    for (const { vend } of [one, two, three]) expect(text(await vend())).toBe('token-0');
    expect(await one.revoke('token-0')).toMatchObject({ table: 'given up', tableFault: undefined });
    expect(upstream.told).toEqual(['acme token-0']);
    expect(text(await one.vend())).toBe('token-1');
    state.now += 54 * second;
    expect(text(await two.vend())).toBe('token-0');
    state.now += second;
    for (const { vend } of [two, three]) expect(text(await vend())).toBe('token-1');
    expect(mints).toHaveLength(2);
  });

  it('is dropped too where no newer token is in the table', async () => {
    const { instance, state } = revocationWorld();
    const [one, two] = [instance(), instance()];
    for (const { vend } of [one, two]) await vend();
    await one.revoke('token-0');
    state.now += 55 * second;
    expect([text(await two.vend()), status(await one.vend())]).toEqual(['token-1', 'table']);
  });

  it('is found by an instance that never held it', async () => {
    const { instance, state } = revocationWorld();
    const [one, two] = [instance(), instance()];
    await one.vend();
    expect((await two.revoke('token-0')).table).toBe('given up');
    state.now += 55 * second;
    expect(text(await one.vend())).toBe('token-1');
  });

  it('is found although its pointer could not be written at first: the instance that minted it tries again', async () => {
    const { instance, state, table, pointerOf } = revocationWorld();
    let fails = true;
    const replace: TokenTable['replace'] = async (key, row, ...rest) =>
      fails && row.heldIn !== undefined
        ? { kind: 'fault', message: 'lost' }
        : table.replace(key, row, ...rest);
    const [one, two] = [instance({ ...table, replace }), instance()];
    expect(await one.vend()).toMatchObject({ tableFault: 'lost' });
    expect((await two.revoke('token-0')).table).toBe('unknown');
    fails = false;
    state.now += 55 * second;
    expect(text(await one.vend())).toBe('token-0');
    expect(pointerOf('token-0')?.texts).toHaveLength(1);
    expect((await two.revoke('token-0')).table).toBe('given up');
    state.now += 55 * second;
    expect(text(await one.vend())).toBe('token-1');
  });

  it('is given up in every row that holds it, as a Connect that reissues tokens may fill several', async () => {
    const { instance, state, pointerOf } = revocationWorld();
    const [one, two] = [instance(), instance()];
    const requests = [requestFor('key'), { ...requestFor('key'), retailerId: 'the-garden' }];
    state.answer = { lifetimeMs: day, text: 'same' };
    for (const request of requests) await one.vend(request);
    expect(pointerOf('same')?.texts).toHaveLength(2);
    state.answer = { lifetimeMs: day };
    await two.revoke('same');
    state.now += 55 * second;
    for (const request of requests) expect(text(await one.vend(request))).not.toBe('same');
  });

  it('is not vended where a mint brings it back: Connect is asked again after a pause', async () => {
    const { instance, state, upstream, mints } = revocationWorld();
    const [one, two] = [instance(), instance()];
    state.answer = { lifetimeMs: day, text: 'same' };
    await one.vend();
    upstream.outcome = { kind: 'unavailable', retryAfterMs: undefined };
    await one.revoke('same');
    for (const { vend } of [one, two]) expect((await vend()).kind).toBe('none');
    expect(mints).toHaveLength(2);
    state.answer = { lifetimeMs: day };
    state.now += 2 * second;
    expect(text(await two.vend())).not.toBe('same');
  });

  it('is dropped by an instance that could not write it', async () => {
    const { instance, state, table } = revocationWorld();
    const trouble = { now: undefined as 'fails' | undefined };
    const flaky = flakyTable(table, () => trouble.now).table;
    const [one, two] = [instance(flaky), instance()];
    state.answer = { lifetimeMs: day, text: 'unwritten' };
    trouble.now = 'fails';
    await one.vend();
    trouble.now = undefined;
    state.answer = { lifetimeMs: day, text: 'newer' };
    await two.vend();
    // Nothing points to it. The instance that holds it knows its row.
    expect((await one.revoke('unwritten')).table).toBe('given up');
    state.now += minute;
    expect(text(await one.vend())).toBe('newer');
  });
});

describe('a revocation', () => {
  it('leaves a newer token where it is', async () => {
    const { instance, state, mints } = revocationWorld();
    const [one, two] = [instance(), instance()];
    await one.vend();
    state.now += 23 * hour;
    expect(text(await one.vend())).toBe('token-1');
    expect((await two.revoke('token-0')).table).toBe('given up');
    state.now += minute;
    for (const { vend } of [one, two]) expect(text(await vend())).toBe('token-1');
    expect(mints).toHaveLength(2);
  });

  it('during a renewal takes nothing from it: its token is written and shared', async () => {
    const { instance, state, sleep, mints } = revocationWorld();
    const [one, two, three] = [instance(), instance(), instance()];
    for (const { vend } of [one, two]) await vend();
    state.now += 22 * hour + 59 * minute;
    state.answer = { lifetimeMs: day, takesMs: second };
    const [renewed] = await Promise.all([one.vend(), sleep(second / 2).then(() => two.revoke('token-0'))]);
    expect(text(renewed)).toBe('token-1');
    for (const { vend } of [two, three]) expect([text(await vend()), mints.length]).toEqual(['token-1', 2]);
  });

  it('by one client says nothing of the token of another', async () => {
    const { instance, state, rows, pointerOf } = revocationWorld();
    const one = instance();
    state.answer = { lifetimeMs: day, text: 'of-acme' };
    await one.vend();
    const before = structuredClone([...rows.keys()]);
    expect((await one.revoke('of-acme', beta)).table).toBe('unknown');
    expect([...rows.keys()]).toEqual(before);
    expect([text(await one.vend()), pointerOf('of-acme', beta)]).toEqual(['of-acme', undefined]);
    expect(text(await one.vend(ofBeta))).toBe('of-acme');
    await one.revoke('of-acme', beta);
    expect([text(await one.vend()), (await one.vend(ofBeta)).kind]).toEqual(['of-acme', 'none']);
  });

  it('of a token that nobody vended tells Connect all the same, and writes nothing', async () => {
    const { instance, upstream, rows } = revocationWorld();
    expect((await instance().revoke('stranger')).table).toBe('unknown');
    expect([upstream.told, rows.size]).toEqual([['acme stranger'], 0]);
  });

  it('writes before it tells Connect, and once only', async () => {
    const { instance, rows, upstream, calls } = revocationWorld();
    const one = instance();
    await one.vend();
    const writes = calls.writes;
    upstream.outcome = { kind: 'credentials_refused' };
    for (let times = 0; times < 3; times++)
      expect(await one.revoke('token-0')).toMatchObject({
        table: 'given up',
        upstream: { outcome: upstream.outcome },
      });
    expect(calls.writes - writes).toBe(1);
    expect([...rows.values()].some(({ row }) => row.token !== undefined)).toBe(false);
  });

  it('without the table says so, tells Connect, and vends the token from no memory of its own', async () => {
    const { instance, state, upstream } = revocationWorld();
    const one = instance(brokenTable);
    await one.vend();
    const startedAt = state.now;
    expect(await one.revoke('token-0')).toMatchObject({
      table: 'out of reach',
      tableFault: 'DynamoDB: InternalServerError',
    });
    expect(state.now - startedAt).toBeLessThanOrEqual(3 * second);
    expect(upstream.told).toEqual(['acme token-0']);
    expect(text(await one.vend())).toBe('token-1');
  });

  it('is forgotten with the end of its token', async () => {
    const { instance, state, rows } = revocationWorld();
    const one = instance();
    await one.vend();
    await one.revoke('token-0');
    await one.vend();
    const listed = () => [...rows.values()].flatMap(({ row }) => row.revoked?.texts ?? []);
    expect(listed()).toHaveLength(1);
    state.now += day + minute;
    await one.vend();
    expect(listed()).toEqual([]);
  });
});

describe('whatever instances, renewals and revocations do', () => {
  const step = fc.record({
    kind: fc.constantFrom('vend', 'vend', 'vend', 'revoke', 'reissue', 'new instance'),
    at: fc.nat(3),
    waitMs: fc.constantFrom(0, 0, second, 20 * second, 54 * second, 2 * hour, 5 * hour),
    takesMs: fc.constantFrom(0, second, 3 * second),
  });

  it('no token is vended 60 s after its revocation, while the table is up', async () => {
    let seen = 0;
    const run = fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const { instance, state, sleep, issued, pointerOf } = revocationWorld();
      const fleet = [instance(), instance(), instance(), instance()];
      const revokedAt = new Map<string, number>();
      let last: string | undefined;
      const late: Array<[token: string, ms: number]> = [];
      const underWay: Array<Promise<void>> = [];
      const vend = async (at: number) => {
        const startedAt = state.now;
        const result = await (fleet[at] as (typeof fleet)[number]).vend();
        if (result.kind !== 'token') return;
        last = text(result);
        const revoked = revokedAt.get(last) ?? Number.POSITIVE_INFINITY;
        // A vend counts from when it began: it is decided before a slow renewal has ended.
        if (startedAt - revoked >= minute) late.push([last, startedAt - revoked]);
      };
      for (const { kind, at, waitMs, takesMs } of steps) {
        if (kind === 'vend') {
          state.answer = { lifetimeMs: day, takesMs };
          underWay.push(vend(at));
        } else if (kind === 'reissue' && last !== undefined) {
          // Connect reissues a token for the rest of its life, and none that has ended.
          const lifetimeMs = (issued.get(last) ?? 0) - state.now - minute;
          state.answer = lifetimeMs > 0 ? { lifetimeMs, text: last, takesMs } : { lifetimeMs: day, takesMs };
          underWay.push(vend(at));
        } else if (kind === 'revoke' && last !== undefined && pointerOf(last) !== undefined) {
          const token = last;
          await (fleet[at] as (typeof fleet)[number]).revoke(token);
          if (!revokedAt.has(token)) revokedAt.set(token, state.now);
          seen += 1;
        } else if (kind === 'new instance') fleet[at] = instance();
        await sleep(waitMs);
      }
      await Promise.all(underWay);
      expect(late).toEqual([]);
    });
    await fc.assert(run, { numRuns: 150 });
    expect(seen).toBeGreaterThan(100);
  }, 60_000);
});
