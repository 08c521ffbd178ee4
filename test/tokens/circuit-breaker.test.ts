import { describe, expect, it } from 'vitest';
import type { Failure } from '../../lambda/tokens/mint.ts';
import { down, type Upstream } from '../support/simulated-connect.ts';
import { day, minute, retryAfterMs, second, status, world } from '../support/token-world.ts';

const heldBack = (cause: Failure['kind'], retry: number) => ({
  kind: 'none',
  why: { kind: 'back_off', cause },
  retryAfterMs: retry,
});

describe('after a failed mint', () => {
  it('the one who tried is told why, and the others that they must wait, and for how long', async () => {
    const { state, mints, vend } = world();
    state.answer = { kind: 'credentials_refused' };
    expect(await vend()).toMatchObject({ why: { kind: 'credentials_refused' }, retryAfterMs: second });
    state.now += 400;
    for (const key of ['key', 'other'])
      expect(await vend({ key })).toMatchObject(heldBack('credentials_refused', 600));
    expect(mints).toHaveLength(1);
  });

  it('the client is tried after 1 s, 2 s, 4 s … 30 s, by one request at a time', async () => {
    const { state, mints, vend } = world();
    state.answer = down;
    const start = state.now;
    for (; state.now < start + 130 * second; state.now += 500)
      for (const key of ['a', 'b', 'c']) expect((await vend({ key })).kind).toBe('none');
    expect(mints.map(({ at }) => (at - start) / second)).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121]);
  });

  it('requests of one moment for three tokens may all try, and after that one at a time', async () => {
    const { state, mints, vend } = world();
    state.answer = down;
    const start = state.now;
    for (; state.now < start + 130 * second; state.now += 500)
      await Promise.all(['a', 'b', 'c'].map((key) => vend({ key })));
    expect(mints.map(({ at }) => (at - start) / second)).toEqual([0, 0, 0, 1, 3, 7, 15, 31, 61, 91, 121]);
  });

  it('Connect is left alone for as long as it asks for', async () => {
    const { state, mints, vend } = world();
    state.answer = { ...down, retryAfterMs: 20 * second } as Upstream;
    expect(retryAfterMs(await vend())).toBe(20 * second);
    state.now += 20 * second - 1;
    expect(await vend({ key: 'other' })).toMatchObject(heldBack('unavailable', 1));
    state.now += 1;
    state.answer = { lifetimeMs: day };
    expect(status(await vend({ key: 'other' }))).toBe('mint');
    expect(mints).toHaveLength(2);
  });

  it('a token that Connect refuses for a reason of its own holds back nobody else', async () => {
    for (const kind of ['invalid_grant', 'not_entitled', 'not_a_token'] as const) {
      const { state, mints, instance } = world();
      const [vend, other] = [instance(), instance()];
      state.answer = { kind };
      expect(await vend({ key: 'alice' })).toMatchObject({ why: { kind }, retryAfterMs: second });
      for (const one of [vend, other])
        expect(await one({ key: 'alice' })).toMatchObject(heldBack(kind, second));
      state.answer = { lifetimeMs: day };
      for (const one of [vend, other]) expect((await one({ key: 'bob' })).kind).toBe('token');
      expect(mints).toHaveLength(2);
    }
  });

  it('that token is tried after 1 s, 2 s, 4 s … 30 s by the whole fleet', async () => {
    const { state, mints, instance } = world();
    const fleet = Array.from({ length: 3 }, () => instance());
    state.answer = { kind: 'invalid_grant' };
    const start = state.now;
    for (; state.now < start + 100 * second; state.now += 500) for (const vend of fleet) await vend();
    expect(mints.map(({ at }) => (at - start) / second)).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
  });

  it('the failure is no longer told of once it is old', async () => {
    const { state, sleep, mints, instance } = world({ random: Math.random });
    state.answer = { kind: 'credentials_refused' };
    const fleet = Array.from({ length: 8 }, () => instance());
    for (const vend of fleet) await vend();
    await sleep(12 * minute);
    state.answer = { lifetimeMs: day, takesMs: second };
    const vended = await Promise.all(fleet.map((vend, i) => vend({ key: `key ${i}` })));
    expect(vended.map(({ kind }) => kind)).toEqual(Array(8).fill('token'));
    expect(mints).toHaveLength(1 + 8);
  });
});

describe('a probe', () => {
  it('is made by one instance at a time, and lasts as long as its mint', async () => {
    const { state, sleep, mints, instance } = world();
    state.answer = down;
    await instance()();
    await sleep(second);
    state.answer = { ...down, takesMs: 8 * second };
    const startedAt = state.now;
    const probing = instance()();
    for (let i = 0; i < 7; i++) {
      await sleep(second);
      const other = await instance()({ key: `other ${i}` });
      expect(other).toMatchObject(heldBack('unavailable', second));
    }
    expect(await probing).toMatchObject({ why: down, retryAfterMs: 2 * second });
    expect([state.now - startedAt, mints.length]).toEqual([8 * second, 2]);
  });

  it('that succeeds closes the circuit for all: for those too who saw it begin', async () => {
    const { state, sleep, mints, instance } = world();
    const [one, other] = [instance(), instance()];
    state.answer = down;
    await one();
    await other({ key: 'other' });
    await sleep(second);
    state.answer = { lifetimeMs: day, takesMs: 500 };
    const probing = one();
    await sleep(100);
    expect(status(await other({ key: 'other' }))).toBe('back_off');
    expect(status(await probing)).toBe('mint');
    state.answer = { lifetimeMs: day };
    expect(status(await other({ key: 'other' }))).toBe('mint');
    expect(status(await instance()({ key: 'third' }))).toBe('mint');
    expect(mints).toHaveLength(4);
  });

  it.each<[string, Upstream]>([
    ['that succeeds', { lifetimeMs: day }],
    ['that Connect refuses for a reason of one token', { kind: 'invalid_grant' }],
  ])('%s makes the next mints mints like any other, and the next failure the first', async (_how, answer) => {
    const { state, mints, instance } = world();
    state.answer = down;
    const one = instance();
    await one();
    state.now += second;
    await one();
    state.now += 2 * second;
    state.answer = answer;
    await one();
    state.answer = { lifetimeMs: day, takesMs: second };
    const fleet = ['a', 'b', 'c'].map((key) => instance()({ key }));
    expect((await Promise.all(fleet)).map(status)).toEqual(['mint', 'mint', 'mint']);
    state.answer = down;
    expect(retryAfterMs(await one({ key: 'd' }))).toBe(second);
    expect(mints).toHaveLength(3 + 3 + 1);
  });

  it('whose request was given up proves nothing, and is followed by another at once', async () => {
    const { state, sleep, mints, instance } = world();
    state.answer = down;
    await instance()();
    await sleep(second);
    state.answer = { lifetimeMs: day, takesMs: 9 * second };
    const abort = new AbortController();
    const givenUp = instance()({ signal: abort.signal });
    await sleep(second);
    abort.abort();
    await givenUp;
    state.answer = { lifetimeMs: day };
    expect(status(await instance()({ key: 'other' }))).toBe('mint');
    expect(mints).toHaveLength(3);
  });
});
