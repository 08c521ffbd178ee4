import { describe, expect, it } from 'vitest';
import { down } from '../support/simulated-connect.ts';
import {
  day,
  hour,
  minute,
  retryAfterMs,
  second,
  sha256,
  status,
  text,
  type Vend,
  world,
} from '../support/token-world.ts';

describe('a clock that is wrong', () => {
  it('by far and is put right: what it minted is not vended, by its instance or another', async () => {
    const { state, mints, vend, instance } = world();
    const right = state.now;
    state.now = right + 3 * day;
    const ahead = text(await vend());
    state.now = right + 2 * day;
    for (const one of [vend, instance()]) expect(text(await one())).not.toBe(ahead);
    expect(mints).toHaveLength(2);
  });

  it('by three days holds nobody back for longer than a minute', async () => {
    const { state, instance, mints } = world();
    state.answer = down;
    state.now += 3 * day;
    await instance()();
    state.now -= 3 * day;
    const fleet = [instance(), instance()];
    const vended = await Promise.all(fleet.map((vend, i) => vend({ key: `other ${i}` })));
    for (const one of vended) {
      expect(one.kind).toBe('none');
      expect(retryAfterMs(one)).toBeLessThanOrEqual(minute);
    }
    state.answer = { lifetimeMs: day };
    state.now += minute;
    for (const [i, vend] of fleet.entries()) expect((await vend({ key: `other ${i}` })).kind).toBe('token');
    expect(mints.length).toBeLessThanOrEqual(1 + 2 + 2);
  });

  it('that was behind saw a token first: it is vended to its true end', async () => {
    const { state, mints, instance } = world();
    const end = state.now + day;
    state.now -= minute;
    state.answer = { lifetimeMs: day, text: 'same' };
    await instance()();
    const vend = instance();
    for (const left of [90 * second, 50 * second, 20 * second, 5 * second]) {
      state.now = end - left;
      state.answer = { lifetimeMs: left, text: 'same' };
      expect(text(await vend())).toBe('same');
    }
    expect(mints.length).toBeLessThanOrEqual(5);
  });

  it('by up to a minute vends no expired token of 24 hours, and costs no more mints', async () => {
    const { state, mints, issued, instance } = world({ random: Math.random });
    const fleet = [-30, 0, 30].map((seconds) => instance({ aheadMs: () => seconds * second }));
    const start = state.now;
    for (let i = 0; state.now < start + 10 * day; i++, state.now += minute) {
      const vended = await (fleet[i % 3] as Vend)();
      expect(issued.get(text(vended))).toBeGreaterThan(state.now);
    }
    expect(mints.length).toBeLessThanOrEqual(11);
  });

  it.each([
    ['by half a second costs no mint', 0.5, 1],
    ['by half a minute costs a mint an instance at most', 30, 3],
  ])('%s where a token is missed by all at once', async (_what, seconds, most) => {
    const { state, mints, instance } = world({ random: Math.random });
    state.answer = { lifetimeMs: day, takesMs: 8 * second };
    const fleet = [-seconds, 0, seconds].map((ahead) => instance({ aheadMs: () => ahead * second }));
    const vended = await Promise.all(fleet.map((vend) => vend()));
    expect(vended.map(({ kind }) => kind)).toEqual(Array(3).fill('token'));
    expect(mints.length).toBeLessThanOrEqual(most);
  });

  it('by five minutes makes a token that replaces the older one all the same', async () => {
    const { state, mints, instance } = world();
    const [vend, behind] = [instance(), instance({ aheadMs: () => -5 * minute })];
    const old = await vend();
    state.now += minute;
    const renewed = text(await behind({ refusedSha256: sha256(old) }));
    expect(renewed).not.toBe(text(old));
    state.now += minute;
    expect(text(await vend())).toBe(renewed);
    expect(mints).toHaveLength(2);
  });

  it('that is set back in the middle of a pause, or of a lease, ends both', async () => {
    const { state, mints, instance } = world();
    const vend = instance();
    state.answer = down;
    for (let i = 0; i < 5; i++) {
      await vend();
      state.now += retryAfterMs(await vend()) ?? 0;
    }
    expect(await vend()).toMatchObject({ why: down });
    state.now -= hour;
    state.answer = { lifetimeMs: day };
    expect(status(await vend())).toBe('mint');
    expect(mints).toHaveLength(7);
  });

  it('that is set back by five minutes looks at the table at once, and then once a minute', async () => {
    const { state, calls, vend } = world();
    await vend();
    state.now -= 5 * minute;
    const before = calls.reads;
    for (const end = state.now + 10 * minute; state.now < end; state.now += second)
      expect(status(await vend())).toBe('memory');
    expect(calls.reads - before).toBe(11);
  });
});

describe('an instance that Lambda freezes between requests', () => {
  it('for an hour, a day or ten vends nothing expired', async () => {
    const { state, vend } = world();
    for (const frozenMs of [hour, day, 10 * day]) {
      await vend();
      state.now += frozenMs;
      const vended = await vend();
      expect(vended.kind === 'token' && vended.token.expiresAt - state.now >= 120 * second).toBe(true);
    }
  });

  it('notices that Connect is well again at its next request, though its monotonic clock stood still', async () => {
    const { state, mints, instance } = world();
    let stoodMs = 0;
    const fleet = Array.from({ length: 3 }, () => instance({ monotonic: () => state.now - stoodMs }));
    let asked = 0;
    const ask = () => {
      // Each request finds a clock that has stood since the one before.
      state.now += minute;
      stoodMs += minute;
      asked += 1;
      return (fleet[asked % 3] as Vend)();
    };
    state.answer = down;
    for (let i = 0; i < 10; i++) expect((await ask()).kind).toBe('none');
    state.answer = { lifetimeMs: day };
    expect((await ask()).kind).toBe('token');
    expect(mints).toHaveLength(11);
  });

  it('sees the token of another instance at its next request', async () => {
    const { state, instance } = world();
    let stoodMs = 0;
    const vend = instance({ monotonic: () => state.now - stoodMs });
    await vend();
    const frozenMs = day - hour;
    state.now += frozenMs;
    stoodMs += frozenMs;
    const renewed = text(await instance()());
    expect(text(await vend())).toBe(renewed);
  });
});
