import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createWorld, newShopper } from '../support/world.ts';

const userGrant = { grant_type: 'fulfillment_user_assertion', scope: 'connect:post_checkout' };

describe('twelve instances in processes of their own', () => {
  it('serve 5 000 vends of 20 tokens while Connect fails one call in five, the table goes away and one of them dies', async () => {
    const world = await createWorld('bundle', { instances: 12, inProcesses: true });
    const shoppers = Array.from({ length: 20 }, newShopper);
    world.connect.state.lifetime = 12;
    world.connect.state.failsEvery = 5;
    let vended = 0;
    let refused = 0;
    let next = 0;
    const one = async () => {
      const shopper = shoppers[next++ % shoppers.length] as string;
      const answer = await world.ask('storefront', { ...userGrant, user_id: shopper });
      if (answer.status !== 200) {
        expect([answer.status, answer.body['error']]).toEqual([503, 'temporarily_unavailable']);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        refused += 1;
        return;
      }
      const token = world.connect.tokens.get(String(answer.body['access_token']));
      expect(token).toMatchObject({ userId: shopper, scopes: ['connect:post_checkout'] });
      expect(token?.expiresAt).toBeGreaterThan(Date.now());
      vended += 1;
    };
    const caller = async () => {
      while (next < 5_000) await one();
    };
    const trouble = async () => {
      await sleep(2_000);
      world.dynamodb.always({ kind: 'reset' });
      await sleep(5_000);
      world.dynamodb.always();
      // One is killed in the middle of a mint that only it is about.
      world.connect.always({ kind: 'slow', milliseconds: 2_000 });
      const [victim] = world.fleet();
      const dying = victim?.invoke(world.eventFor('storefront', { ...userGrant, user_id: newShopper() }));
      await sleep(300);
      await victim?.close();
      world.connect.always();
      await expect(dying).rejects.toThrow('ended');
      world.removeInstance(0);
    };
    const callersAtOnce = Array.from({ length: 12 }, async () => {
      while (next < 5_000) await Promise.all([caller(), sleep(0)]);
    });
    const startedAt = performance.now();
    await Promise.all([trouble(), ...callersAtOnce]);
    const seconds = (performance.now() - startedAt) / 1_000;
    const minted = world.connect.tokens.size;
    const calls = world.dynamodb.calls.length;
    console.error(
      `5 000 vends in ${seconds.toFixed(0)} s: ${vended} vended, ${refused} refused with 503, ${minted} minted, ${calls} table calls`,
    );
    expect(vended + refused).toBeGreaterThanOrEqual(5_000);
    expect(vended).toBeGreaterThan(4_000);
    // Each token about every 9.6 s; without the table each instance for itself, once.
    expect(minted).toBeLessThanOrEqual(20 * (seconds / 9 + 2) + 12 * 20);
    // A look, a claim and a look at the circuit for each token of each instance, whenever it is due.
    expect(calls).toBeLessThanOrEqual(3 * 12 * 20 * (seconds / 9 + 2));
    await world.close();
  }, 240_000);
});
