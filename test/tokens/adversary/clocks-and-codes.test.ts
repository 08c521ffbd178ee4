import { describe, expect, it } from 'vitest';
import { type Identity, identities } from './requests.ts';
import { rotate } from './rotation.ts';
import {
  beginFault,
  brokenRules,
  createScenario,
  day,
  hour,
  minute,
  second,
  statusesOf,
} from './scenario.ts';
import { jumpClock } from './world.ts';

const [fulfillment] = identities as [Identity, ...Identity[]];

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
    jumpClock(world, 0, 26 * second);
    world.gateway.ask(0, { identity: fulfillment });
    await world.run(10 * second);
    expect(statusesOf(world.answers)).toEqual({ 200: 2 });
  });
});

describe('an instance whose clock is a minute behind', () => {
  it('vends no 24-hour token that is dead, though Connect has no other', async () => {
    const world = createScenario({ aheadMs: [0, -minute] });
    world.gateway.ask(0, { identity: fulfillment });
    await world.run(day - 5 * minute);
    beginFault(world, 'connect', 'lost', hour);
    for (let count = 0; count < 60; count++) {
      world.gateway.ask(count % 2, { identity: fulfillment });
      await world.run(7 * second);
    }
    const vended = world.answers.filter(({ status }) => status === 200);
    expect(vended.length).toBeGreaterThan(10);
    expect(vended.filter(({ token, endedAt }) => endedAt > (token?.expiresAt ?? 0))).toEqual([]);
    expect(brokenRules(world)).toEqual([]);
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
  }, 120_000);

  it('is read once a mint through a quiet week', async () => {
    const world = createScenario({ hosts: 10 });
    for (let count = 0; count < 7 * 24 * 6; count++) {
      for (const identity of identities) world.gateway.ask(Math.floor(world.random() * 10), { identity });
      await world.run(10 * minute);
    }
    const mints = world.connect.requests.length;
    expect(mints).toBeLessThanOrEqual(54);
    expect(world.ledger.counts.secretReads).toBeLessThanOrEqual(mints + 6);
    expect(brokenRules(world)).toEqual([]);
  }, 120_000);
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
