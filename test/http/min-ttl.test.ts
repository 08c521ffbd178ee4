import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { retailerGrant } from '../support/good-requests.ts';
import { createWorld, newShopper, type World } from '../support/world.ts';

const hour = 3_600;

describe('min_ttl', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('bundle', { spareClients: 4 });
  });
  afterAll(() => world.close());

  const ask = (lifetimeSeconds: number, fields: object) => {
    world.connect.state.lifetime = lifetimeSeconds;
    return world.ask('backOffice', {
      client_id: world.spareClient(),
      scope: 'connect:fulfillment',
      ...fields,
    });
  };

  it.each([6, 12])('of %i hours gets a token that lives as long', async (hours) => {
    const { status, body } = await ask(24 * hour, { min_ttl: hours * hour });
    expect(status).toBe(200);
    expect(body['expires_in']).toBeGreaterThanOrEqual(hours * hour);
  });

  it('of 13 hours is refused with the figure that is allowed', async () => {
    const answer = await ask(24 * hour, { min_ttl: 13 * hour });
    expect(answer).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_request',
        error_description: 'min_ttl must be a whole number of seconds, 0 to 43200. (reason: field)',
      },
    });
  });

  it('of more than half of a short life is refused with that half, and costs one mint', async () => {
    const fields = { client_id: world.spareClient(), scope: 'connect:fulfillment' };
    world.connect.state.lifetime = 2 * hour + 1;
    const before = world.connect.requests.length;
    for (const min_ttl of [hour + 1, 12 * hour]) {
      const answer = await world.ask('backOffice', { ...fields, min_ttl });
      expect(answer).toMatchObject({
        status: 400,
        body: {
          error: 'invalid_request',
          error_description:
            "min_ttl may be at most half of the token's lifetime: 3600 seconds for this token. (reason: min_ttl_too_long)",
        },
      });
      expect(await world.auditOf(answer)).toMatchObject({ decision: 'allow', reason: 'min_ttl_too_long' });
    }
    expect((await world.ask('backOffice', { ...fields, min_ttl: hour })).status).toBe(200);
    expect(world.connect.requests).toHaveLength(before + 1);
  });

  it('is kept to for a user and for a retailer’s assertion alike', async () => {
    world.connect.state.lifetime = hour;
    const assertion = 'canary-assertion';
    world.connect.state.retailerAssertions.add(assertion);
    const grants = [
      { grant_type: 'fulfillment_user_assertion', scope: 'connect:post_checkout', user_id: newShopper() },
      { grant_type: retailerGrant, scope: 'connect:recommendations', assertion },
    ];
    for (const grant of grants) {
      const statuses = [1_800, 1_801].map(async (min_ttl) => {
        const answer = await world.ask('storefront', { ...grant, min_ttl });
        return [answer.status, (await world.auditOf(answer))['reason']];
      });
      expect(await Promise.all(statuses)).toEqual([
        [200, undefined],
        [400, 'min_ttl_too_long'],
      ]);
    }
  });
});
