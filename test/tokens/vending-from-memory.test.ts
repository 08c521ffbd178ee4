import { describe, expect, it } from 'vitest';
import { day, hour, minute, second, status, text, world } from '../support/token-world.ts';

describe('a token in memory', () => {
  it('is minted once and then vended until the renewal window begins', async () => {
    const { state, mints, vend } = world();
    expect(status(await vend())).toBe('mint');
    state.now += day - 2 * hour;
    expect(status(await vend())).toBe('memory');
    expect(mints).toHaveLength(1);
    state.now += 1;
    expect(status(await vend())).toBe('mint');
    expect(mints.map(({ mode }) => mode)).toEqual(['onDemand', 'ahead']);
  });

  it('costs one table read in 55 seconds, however often it is vended', async () => {
    const { state, calls, vend } = world();
    await vend();
    const before = { ...calls };
    for (const end = state.now + 10 * minute; state.now < end; state.now += second)
      expect(status(await vend())).toBe('memory');
    expect(calls).toEqual({ reads: before.reads + 10, writes: before.writes });
  });

  it('is minted once for a thousand who ask at once, and one of them tells of the mint', async () => {
    const { state, mints, calls, prepared, vend } = world();
    state.answer = { lifetimeMs: day, takesMs: 3 * second };
    const vended = await Promise.all(Array.from({ length: 1_000 }, () => vend()));
    expect(mints).toHaveLength(1);
    expect(prepared).toHaveLength(1);
    // The token and the client's circuit; the claim and the token.
    expect(calls).toEqual({ reads: 2, writes: 2 });
    expect(new Set(vended.map(text)).size).toBe(1);
    expect(vended.filter((one) => status(one) === 'collapsed')).toHaveLength(999);
    expect(vended.filter(({ minted }) => minted !== undefined)).toHaveLength(1);
  });

  it('is read from the table by an instance that was not asked for it before', async () => {
    const { mints, vend, instance, calls } = world();
    const first = text(await vend());
    const before = { ...calls };
    const second = await instance()();
    expect([text(second), status(second)]).toEqual([first, 'table']);
    expect(calls).toEqual({ reads: before.reads + 1, writes: before.writes });
    expect(mints).toHaveLength(1);
  });

  it('gives way to others that were used more recently, and comes back from the table', async () => {
    const { mints, vend } = world({ maxTokens: 2 });
    for (const key of ['first', 'a', 'b', 'c', 'd']) await vend({ key });
    expect(status(await vend({ key: 'd' }))).toBe('memory');
    expect(status(await vend({ key: 'first' }))).toBe('table');
    expect(mints).toHaveLength(5);
  });

  it('is vended with no time left, also in the renewal window, and nothing else is done', async () => {
    const { state, calls, mints, vend } = world();
    const first = text(await vend());
    const before = { ...calls };
    for (const left of [hour, 10 * minute]) {
      state.now += day - left - (state.now - Date.UTC(2026, 0, 1));
      const late = await vend({ deadline: state.now });
      const givenUp = await vend({ signal: AbortSignal.abort() });
      expect([late, givenUp].map((one) => [status(one), text(one)])).toEqual(
        Array(2).fill(['memory', first]),
      );
    }
    expect(calls).toEqual(before);
    expect(mints).toHaveLength(1);
  });

  it('that is missing or too short is not looked for with no time left', async () => {
    const { state, calls, mints, vend } = world();
    expect(status(await vend({ deadline: state.now }))).toBe('out_of_time');
    await vend();
    state.now += day - minute;
    const before = { ...calls };
    expect(status(await vend({ deadline: state.now }))).toBe('out_of_time');
    expect(calls).toEqual(before);
    expect(mints).toHaveLength(1);
  });
});

describe('a request that waits for the mint of another one in its instance', () => {
  it('mints for itself where the other is given up', async () => {
    const { state, sleep, mints, vend } = world();
    state.answer = { lifetimeMs: day, takesMs: 5 * second };
    const abort = new AbortController();
    const givenUp = vend({ signal: abort.signal });
    const waiting = vend();
    await sleep(second);
    abort.abort();
    expect(status(await givenUp)).toBe('out_of_time');
    expect(status(await waiting)).toBe('mint');
    expect(mints).toHaveLength(2);
  });

  it('is answered when its own time is over, and the mint goes on', async () => {
    const { state, sleep, mints, vend } = world();
    state.answer = { lifetimeMs: day, takesMs: 5 * second };
    const abort = new AbortController();
    const minting = vend();
    const waiting = vend({ signal: abort.signal });
    await sleep(second);
    abort.abort();
    expect(status(await waiting)).toBe('out_of_time');
    expect(state.now).toBe(Date.UTC(2026, 0, 1) + second);
    expect(status(await minting)).toBe('mint');
    expect(mints).toHaveLength(1);
  });

  it('is told the failure of that very mint, and counts it for nothing', async () => {
    const { state, mints, vend } = world();
    state.answer = { kind: 'not_entitled', takesMs: second };
    const [minting, waiting] = await Promise.all([vend(), vend()]);
    expect([status(minting), status(waiting)]).toEqual(['not_entitled', 'not_entitled']);
    expect([minting.minted?.outcome.kind, waiting.minted]).toEqual(['not_entitled', undefined]);
    expect(mints).toHaveLength(1);
  });
});
