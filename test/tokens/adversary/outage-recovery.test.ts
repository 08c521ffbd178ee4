import { describe, expect, it } from 'vitest';
import { tookMs } from './exchange.ts';
import { type Identity, identities, keyOf } from './requests.ts';
import { rotate } from './rotation.ts';
import {
  beginFault,
  brokenRules,
  createScenario,
  day,
  hour,
  minute,
  type Scenario,
  second,
  statusesOf,
  tokensOf,
} from './scenario.ts';

const [fulfillment] = identities as [Identity, ...Identity[]];
const refused = (world: Scenario, identity: Identity) => world.gateway.latest(keyOf({ identity }))?.sha256;

describe('an outage of ten minutes, with instances that are frozen between requests', () => {
  for (const frozenClock of ['stands', 'runs'] as const) {
    it(`is over with the next request where their monotonic clock ${frozenClock}`, async () => {
      const world = createScenario({ hosts: 3, frozenClock });
      beginFault(world, 'connect', 'failing', 10 * minute);
      await world.run(30 * second);
      for (let count = 0; count < 8 * 60; count++) {
        world.gateway.ask(count % 3, { identity: fulfillment });
        await world.run(minute);
      }
      const [after, before] = split(world, 10 * minute);
      expect(statusesOf(before)).toEqual({ 503: 10 });
      expect(statusesOf(after)).toEqual({ 200: 470 });
      expect(Math.max(...after.map(tookMs))).toBeLessThan(2 * second);
      expect(brokenRules(world)).toEqual([]);
    });
  }
});

describe('refused credentials that were put right', () => {
  for (const [text, pause] of [
    ['minutes', 5 * minute],
    ['a day', day],
  ] as const) {
    it(`are forgotten ${text} later: eight callers at once are all served`, async () => {
      const world = createScenario({ hosts: 8 });
      rotate(world, 'wrongTwice', 4 * minute);
      for (let count = 0; count < 3 * 8; count++) {
        world.gateway.ask(count % 8, { identity: fulfillment });
        await world.run(8 * second);
      }
      const during = world.answers.length;
      expect(statusesOf(world.answers)[200]).toBeUndefined();
      await world.run(minute + pause);
      for (let slot = 0; slot < 8; slot++) world.gateway.ask(slot, { identity: fulfillment });
      await world.run(minute);
      expect(statusesOf(world.answers.slice(during))).toEqual({ 200: 8 });
      expect(brokenRules(world)).toEqual([]);
    });
  }
});

describe('an instance that is held back from minting', () => {
  it('vends the token that another has written, within a minute', async () => {
    const world = createScenario({ hosts: 2 });
    const askOne = async (times: number) => {
      for (let time = 0; time < times; time++) {
        world.gateway.ask(0, { identity: fulfillment });
        await world.run(5 * second);
      }
    };
    await askOne(1);
    await world.run(22.5 * hour);
    // Its renewals ahead fail, so it leaves them for a while.
    beginFault(world, 'connect', 'failing', 4 * minute);
    await askOne(50);
    // By the clock on the wall the pause is over.
    await world.run(minute);
    world.gateway.ask(1, { identity: fulfillment, refusedSha256: refused(world, fulfillment) });
    await world.run(5 * second);
    const newer = world.answers.at(-1)?.token?.text;
    expect(newer).not.toBe(world.answers[0]?.token?.text);
    await askOne(12);
    await askOne(10);
    expect(new Set(tokensOf(world.answers.slice(-10)))).toEqual(new Set([newer]));
    expect(brokenRules(world)).toEqual([]);
  });
});

function split(world: Scenario, ms: number) {
  const isAfter = world.answers.map((answer) => answer.arrivedAt >= world.startsAt + ms);
  return [true, false].map((wanted) => world.answers.filter((_, index) => isAfter[index] === wanted)) as [
    Scenario['answers'],
    Scenario['answers'],
  ];
}
