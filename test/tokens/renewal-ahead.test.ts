import { describe, expect, it } from 'vitest';
import type { MintOutcome } from '../../lambda/tokens/mint.ts';
import { down } from '../support/simulated-connect.ts';
import { day, hour, minute, second, status, text, world } from '../support/token-world.ts';

describe('a token in its renewal window', () => {
  it('is renewed by one request, and the others in its instance are vended it and do not wait', async () => {
    const { state, mints, vend } = world();
    const first = text(await vend());
    state.now += day - hour;
    const { promise, resolve: end } = Promise.withResolvers<MintOutcome>();
    state.answer = promise;
    const renewing = vend();
    expect(text(await vend())).toBe(first);
    expect(text(await vend())).toBe(first);
    end(down);
    expect(text(await renewing)).toBe(first);
    expect(mints).toHaveLength(2);
  });

  it('is renewed by one instance, and the others vend it and do not wait', async () => {
    const { state, mints, calls, instance } = world();
    const first = text(await instance()());
    state.now += day - hour;
    state.answer = { lifetimeMs: day, takesMs: 2 * second };
    const startedAt = state.now;
    const renewing = instance()().then(() => state.now - startedAt);
    const before = { ...calls };
    const others = await Promise.all(
      Array.from({ length: 20 }, async () => [text(await instance()()), state.now - startedAt]),
    );
    expect(others).toEqual(Array(20).fill([first, 0]));
    // All at once: a look, a claim with a look at the circuit, of which the first succeeds, and a look again.
    expect(calls.reads - before.reads).toBeLessThanOrEqual(20 * 3 + 1);
    expect(calls.writes - before.writes).toBeLessThanOrEqual(21);
    expect(await renewing).toBe(2 * second);
    expect(mints).toHaveLength(2);
  });

  it('is renewed once, and every instance has the new one within a minute', async () => {
    const { state, mints, calls, instance } = world({ random: Math.random });
    const fleet = Array.from({ length: 20 }, () => instance());
    for (const vend of fleet) await vend();
    state.now += day - 2 * hour + 20 * minute;
    const renewed = text(await (fleet[0] as (typeof fleet)[0])());
    expect(mints).toHaveLength(2);
    for (const vend of fleet) await vend();
    state.now += minute;
    const before = { ...calls };
    for (const vend of fleet) expect(text(await vend())).toBe(renewed);
    expect(calls).toEqual({ reads: before.reads + 20, writes: before.writes });
    expect(mints).toHaveLength(2);
  });

  it('is vended after two seconds where Connect has not answered, and the next renewal may take its full time', async () => {
    const { state, mints, issued, vend } = world();
    const first = text(await vend());
    state.now += day - hour;
    state.answer = { lifetimeMs: day, takesMs: 2_500 };
    const startedAt = state.now;
    expect(text(await vend())).toBe(first);
    expect(state.now - startedAt).toBe(2 * second);
    const next = await vend();
    expect([status(next), state.now - startedAt]).toEqual(['mint', 4_500]);
    expect(mints.map(({ mode }) => mode)).toEqual(['onDemand', 'ahead', 'onDemand']);
    // The lost renewal may have revoked the first token: one vend of it was all.
    expect([...issued.keys()].at(-1)).toBe(text(next));
    expect(text(await vend())).toBe(text(next));
    expect(mints).toHaveLength(3);
  });

  it('has its full time also in another instance, and after a pause of the client', async () => {
    const { state, mints, instance } = world();
    const [vend, other] = [instance(), instance()];
    await vend();
    state.now += day - hour;
    state.answer = { lifetimeMs: day, takesMs: 2_500 };
    await vend();
    state.answer = down;
    await vend({ key: 'fails' });
    // It does not know of the pause before it has claimed.
    expect((await other()).kind).toBe('token');
    state.now += 2 * second;
    state.answer = { lifetimeMs: day, takesMs: 2_500 };
    expect(status(await other())).toBe('mint');
    expect(mints.map(({ mode }) => mode)).toEqual(['onDemand', 'ahead', 'onDemand', 'onDemand']);
  });

  it('rides out an outage of 90 minutes, with an attempt every 30 seconds at most', async () => {
    const { state, mints, calls, vend } = world();
    await vend();
    state.now += day - 110 * minute;
    state.answer = down;
    const before = { ...calls };
    for (let at = 0; at < 90 * minute; at += second) {
      expect(status(await vend())).toBe('memory');
      state.now += second;
    }
    expect(mints.length).toBeGreaterThan(100);
    expect(mints.length).toBeLessThan(5 + (90 * 60) / 30 + 5);
    // The token and the circuit once a minute, and at each attempt the circuit. At each attempt a claim, a probe, and
    // the end of both.
    expect(calls.reads - before.reads).toBeLessThanOrEqual(mints.length + 200);
    expect(calls.writes - before.writes).toBeLessThanOrEqual(4 * mints.length);
  });

  it('rides out 90 minutes in which Connect never answers, at one mint’s time of a caller’s at most', async () => {
    const { state, mints, vend } = world();
    await vend();
    state.now += day - 110 * minute;
    state.answer = { lifetimeMs: day, takesMs: hour };
    let waitedMs = 0;
    for (const end = state.now + 90 * minute; state.now < end; state.now += second) {
      const askedAt = state.now;
      expect(status(await vend())).toBe('memory');
      waitedMs = Math.max(waitedMs, state.now - askedAt);
    }
    expect(waitedMs).toBe(10 * second);
    expect(mints.length).toBeGreaterThan(100);
    expect(mints.length).toBeLessThan(200);
  });
});
