import { describe, expect, it } from 'vitest';
import { tookMs } from './exchange.ts';
import { type Identity, identities, keyOf, shopper } from './requests.ts';
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

describe('an item that somebody has spoilt', () => {
  for (const how of ['delete', 'empty', 'version', 'stray'] as const) {
    it(`(${how}) costs one mint at most, and every instance vends the newest token within a minute`, async () => {
      const world = createScenario({ hosts: 4 });
      for (let count = 0; count < 4; count++) {
        world.gateway.ask(0, { identity: fulfillment, refusedSha256: refused(world, fulfillment) });
        await world.run(10 * minute);
      }
      for (const slot of [1, 2]) world.gateway.ask(slot, { identity: fulfillment });
      await world.run(10 * second);
      const mints = world.connect.requests.length;
      spoilToken(world, fulfillment, how);
      // An instance that remembers nothing comes first.
      world.gateway.ask(3, { identity: fulfillment });
      await world.run(65 * second);
      const newest = world.answers.at(-1)?.token?.text;
      for (let count = 0; count < 120; count++) {
        if (count % 10 === 0) world.fleet.kill(3);
        world.gateway.ask(count % 4, { identity: fulfillment });
        await world.run(30 * second);
      }
      expect(new Set(tokensOf(world.answers.slice(-120)))).toEqual(new Set([newest]));
      expect(world.connect.requests.length - mints).toBeLessThanOrEqual(1);
      expect(brokenRules(world)).toEqual([]);
    });
  }

  it('does not keep the fleet from sharing an outage', async () => {
    const world = createScenario({ hosts: 20, connectLatencyMs: 100, frozenClock: 'runs' });
    beginFault(world, 'connect', 'failing', 15 * minute);
    const askAll = async (ms: number) => {
      for (let at = 0; at < ms; at += second) {
        world.gateway.ask(Math.floor(world.random() * 20), {
          identity: shopper(Math.floor(world.random() * 20)),
        });
        await world.run(second);
      }
    };
    await askAll(minute);
    for (const [key, item] of world.table.items) world.table.items.set(key, { ...item, v: { N: '99' } });
    await askAll(minute);
    const before = world.connect.requests.length;
    await askAll(10 * minute);
    expect(world.connect.requests.length - before).toBeLessThan(150);
  });
});

describe('an item that was copied to another user’s key', () => {
  it('is not vended to that user', async () => {
    const world = createScenario({ hosts: 2 });
    for (const number of [1, 2]) world.gateway.ask(0, { identity: shopper(number) });
    await world.run(5 * second);
    const [first, second_] = world.answers.map(({ token }) => token && world.contents.keyOf(token));
    const { pk: _, ...copied } = world.table.items.get(first ?? '') ?? {};
    world.table.items.set(second_ ?? '', { ...copied, pk: { S: second_ ?? '' } });
    world.gateway.ask(1, { identity: world.answers[1]?.ask.identity as Identity });
    await world.run(10 * second);
    expect(statusesOf(world.answers)).toEqual({ 200: 3 });
    expect(brokenRules(world)).toEqual([]);
  });
});

describe('a week in which half of the table’s calls fail', () => {
  it('costs few mints and few vends of a token that a later mint has revoked', async () => {
    const world = createScenario({ hosts: 10, tokens: { previous: 'revoked' } });
    beginFault(world, 'table', 'failing', 7 * day, 0.5);
    let revoked = 0;
    for (let count = 0; count < 7 * 24 * 60; count++) {
      const identity = identities[count % identities.length] as Identity;
      world.gateway.ask(Math.floor(world.random() * 10), { identity });
      await world.run(minute);
      const token = world.answers.at(-1)?.token;
      if (token?.revokedAt !== undefined && token.revokedAt <= world.timeline.now() - minute) revoked += 1;
    }
    const least = 48;
    expect(world.connect.requests.length).toBeLessThanOrEqual(2 * least);
    expect(revoked / world.answers.length).toBeLessThan(0.1);
    expect(statusesOf(world.answers)).toEqual({ 200: world.answers.length });
  });
});

describe('an instance whose clock is ahead of the gateway’s', () => {
  it('by more than the gateway waits: serves, as that clock must be wrong', async () => {
    const world = createScenario({ aheadMs: [0, 40_000, 5 * hour] });
    for (const slot of [1, 2, 0, 1, 2]) {
      world.gateway.ask(slot, { identity: fulfillment });
      await world.run(10 * second);
    }
    expect(statusesOf(world.answers)).toEqual({ 200: 5 });
  });

  it('by 26 seconds: serves the live token that it has', async () => {
    const world = createScenario();
    world.gateway.ask(0, { identity: fulfillment });
    await world.run(10 * second);
    world.jump(0, 26 * second);
    world.gateway.ask(0, { identity: fulfillment });
    await world.run(10 * second);
    expect(statusesOf(world.answers)).toEqual({ 200: 2 });
  });
});

describe('the secret', () => {
  it('is read by few of a thousand instances that miss one token within a second', async () => {
    const world = createScenario({ hosts: 1_000, connectLatencyMs: second });
    world.fleet.warm();
    for (let slot = 0; slot < 1_000; slot++) {
      world.gateway.ask(slot, { identity: fulfillment });
      await world.run(1);
    }
    await world.run(20 * second);
    expect(statusesOf(world.answers)).toEqual({ 200: 1_000 });
    expect(world.connect.requests).toHaveLength(1);
    expect(world.ledger.counts.secretReads).toBeLessThanOrEqual(60);
  });

  it('is read once a mint through a quiet week', async () => {
    const world = createScenario({ hosts: 10 });
    for (let count = 0; count < 7 * 24 * 12; count++) {
      for (const identity of identities) world.gateway.ask(Math.floor(world.random() * 10), { identity });
      await world.run(5 * minute);
    }
    const mints = world.connect.requests.length;
    expect(mints).toBeLessThanOrEqual(54);
    expect(world.ledger.counts.secretReads).toBeLessThanOrEqual(mints + 6);
    expect(brokenRules(world)).toEqual([]);
  });
});

describe('a one-time code', () => {
  it('goes up once with each pair, by what the pairs hold and not by their versions', async () => {
    const world = createScenario();
    world.gateway.ask(0, { identity: fulfillment });
    await world.run(4 * minute);
    rotate(world, 'samePair', second);
    await world.run(2 * second);
    rotate(world, 'wrongPair', 10 * minute);
    // What the instance remembers is refused by now.
    world.connect.applications.clear();
    world.gateway.ask(0, { identity: fulfillment, code: 'code-1' });
    await world.run(30 * second);
    const pairs = world.connect.requests.filter(({ code }) => code === 'code-1').map(({ pair }) => pair);
    expect(pairs).toHaveLength(2);
    expect(new Set(pairs).size).toBe(2);
  });

  it('goes up once however often it is sent, and the first answer’s token lives', async () => {
    const world = createScenario({ hosts: 2 });
    for (const slot of [0, 1]) world.gateway.ask(slot, { identity: fulfillment, code: 'code-1' });
    await world.run(10 * second);
    expect(world.connect.requests).toHaveLength(1);
    expect(statusesOf(world.answers)).toEqual({ 200: 1, 400: 1 });
    const vended = world.answers.find(({ token }) => token !== undefined)?.token;
    expect(vended?.revokedAt).toBeUndefined();
  });
});

function split(world: Scenario, ms: number) {
  const isAfter = world.answers.map((answer) => answer.arrivedAt >= world.startsAt + ms);
  return [true, false].map((wanted) => world.answers.filter((_, index) => isAfter[index] === wanted)) as [
    Scenario['answers'],
    Scenario['answers'],
  ];
}

function spoilToken(
  world: Scenario,
  identity: Identity,
  how: 'delete' | 'empty' | 'version' | 'stray',
): void {
  const token = world.gateway.latest(keyOf({ identity }));
  const key = (token && world.contents.keyOf(token)) ?? '';
  const item = world.table.items.get(key) ?? {};
  const spoilt = {
    empty: { pk: { S: key } },
    version: { ...item, v: { N: '99' } },
    stray: { ...item, retailer_id: { S: 'somebody' } },
  };
  if (how === 'delete') world.table.items.delete(key);
  else world.table.items.set(key, spoilt[how]);
  world.contents.touched(key, world.table.items.get(key));
}
