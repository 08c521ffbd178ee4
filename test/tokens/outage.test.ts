import { describe, expect, it } from 'vitest';
import { down, silent, type Upstream } from '../support/simulated-connect.ts';
import { day, hour, minute, second, type Vend, world } from '../support/token-world.ts';

describe('while Connect is down for half an hour', () => {
  async function outage(answer: Upstream, instances: number, tokens: number, everyMs: number) {
    const one = world({ random: Math.random });
    const { state, sleep, instance } = one;
    state.answer = answer;
    const fleet = Array.from({ length: instances }, () => instance());
    const waits: number[] = [];
    const requests: Array<Promise<void>> = [];
    const ask = async (number: number) => {
      const askedAt = state.now;
      const vended = await (fleet[number % instances] as Vend)({ key: `key ${number % tokens}` });
      expect(vended.kind).toBe('none');
      waits.push(state.now - askedAt);
    };
    for (const end = state.now + 30 * minute; state.now < end; await sleep(everyMs))
      requests.push(ask(requests.length));
    await Promise.all(requests);
    waits.sort((a, b) => a - b);
    const medianMs = waits[Math.floor(waits.length / 2)];
    return { ...one, requests: requests.length, medianMs };
  }

  it.each<[string, Upstream, number]>([
    ['answers 500', down, 80],
    ['answers 500 after two seconds', { ...down, takesMs: 2 * second }, 90],
    ['never answers', { ...silent, takesMs: hour }, 90],
  ])('and %s, a fleet of 20 asks it seldom and refuses at once', async (_what, answer, most) => {
    const { mints, calls, requests, medianMs, state, instance } = await outage(answer, 20, 21, 250);
    expect(mints.length).toBeLessThanOrEqual(most);
    expect(mints.length).toBeGreaterThan(30);
    expect(medianMs).toBe(0);
    // A refused request reads the token and the circuit, and writes nothing; an attempt claims both, and writes both.
    expect(calls.reads).toBeLessThanOrEqual(2 * requests + 10 * mints.length);
    expect(calls.writes).toBeLessThanOrEqual(6 * mints.length);
    state.answer = { lifetimeMs: day };
    state.now += minute;
    expect((await instance()()).kind).toBe('token');
  });
});

it('a fleet that is down for ten minutes and asked once a second recovers within half a minute', async () => {
  const { state, mints, instance } = world({ random: Math.random });
  state.answer = down;
  const fleet = Array.from({ length: 50 }, () => instance());
  const start = state.now;
  for (; state.now < start + 10 * minute; state.now += second)
    for (const [index, vend] of fleet.entries())
      expect((await vend({ key: `key-${index % 5}` })).kind).toBe('none');
  expect(mints.length).toBeLessThan(40);
  state.answer = { lifetimeMs: day };
  const upAt = state.now;
  while ((await (fleet[0] as Vend)()).kind === 'none') state.now += second;
  expect(state.now - upAt).toBeLessThanOrEqual(30 * second);
  for (const vend of fleet) expect((await vend()).kind).toBe('token');
});
