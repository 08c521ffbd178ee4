import { describe, expect, it } from 'vitest';
import { type Identity, identities, keyOf, shopper } from './requests.ts';
import {
  beginFault,
  brokenRules,
  createScenario,
  day,
  minute,
  type Scenario,
  second,
  statusesOf,
  tokensOf,
} from './scenario.ts';

const [fulfillment] = identities as [Identity, ...Identity[]];
const refused = (world: Scenario, identity: Identity) => world.gateway.latest(keyOf({ identity }))?.sha256;

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
    for (let count = 0; count < 7 * 24 * 30; count++) {
      const identity = identities[count % identities.length] as Identity;
      world.gateway.ask(Math.floor(world.random() * 10), { identity });
      await world.run(2 * minute);
      const token = world.answers.at(-1)?.token;
      if (token?.revokedAt !== undefined && token.revokedAt <= world.timeline.now() - minute) revoked += 1;
    }
    const least = 48;
    expect(world.connect.requests.length).toBeLessThanOrEqual(2 * least);
    // A tenth on average; by chance, from 4 to 18 % in a week.
    expect(revoked / world.answers.length).toBeLessThan(0.2);
    expect(statusesOf(world.answers)).toEqual({ 200: world.answers.length });
  }, 120_000);
});

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
