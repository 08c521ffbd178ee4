import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectNothingSecret } from '../support/leaks.ts';
import { askFor, revoke, vendedToken, whoamiStatus } from '../support/revoking.ts';
import { createWorld, newShopper, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld('bundle', { instances: 3 });
});
afterAll(async () => {
  expect(world.connect.unexpected).toEqual([]);
  await world.close();
});
afterEach(() => {
  world.connect.revocations.length = 0;
});

describe('a revocation', () => {
  it('is 200 with an empty object, and Connect refuses the token from then on', async () => {
    const token = await vendedToken(world, newShopper());
    expect(await whoamiStatus(world, token)).toBe(200);
    const answer = await revoke(world, { token, token_type_hint: 'access_token', unknown: 1 });
    expect([answer.status, answer.text]).toEqual([200, '{}']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await whoamiStatus(world, token)).toBe(401);
    expect(world.connect.revocations).toMatchObject([
      {
        fields: { client_id: world.acme.clientId, client_secret: world.acme.clientSecret, token },
        headers: { 'content-type': 'application/json', connection: 'close' },
      },
    ]);
  });

  it('is the same as a form', async () => {
    const token = await vendedToken(world, newShopper());
    const answer = await world.send('operator', '/v2/oauth/token/revoke', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: 'acme', token }).toString(),
    });
    expect([answer.status, answer.text]).toEqual([200, '{}']);
    expect(await whoamiStatus(world, token)).toBe(401);
  });

  it('is recorded with the hash of the token, and measured', async () => {
    const token = await vendedToken(world, newShopper());
    const answer = await revoke(world, { token });
    expect(await world.auditOf(answer)).toMatchObject({
      message: 'token revocation',
      caller: expect.stringContaining('AWSReservedSSO_Ops_'),
      account: '111122223333',
      client: 'acme',
      grant_ids: ['operators'],
      decision: 'allow',
      status: 200,
      token_sha256: hash('sha256', token),
      revocation: 'revoked',
      given_up: true,
      attempts: 1,
      refused_credentials: 0,
      secret_version_id: expect.any(String),
      upstream_ms: expect.any(Number),
    });
    expect(await world.metricsOf(answer)).toMatchObject([{ name: 'Revocations', value: 1 }]);
  });

  it('of an unknown or dead token is 200 too, and says that the service did not hold it', async () => {
    const token = await vendedToken(world, newShopper());
    await revoke(world, { token });
    for (const one of ['a-token-of-nobody', token]) {
      const answer = await revoke(world, { token: one });
      expect([answer.status, answer.text]).toEqual([200, '{}']);
    }
    expect(await world.auditOf(await revoke(world, { token: 'a-token-of-nobody' }))).toMatchObject({
      given_up: false,
      revocation: 'revoked',
    });
  });

  it("of another client's token is 403, and that client's callers keep it", async () => {
    const asked = { client_id: 'beta', scope: 'connect:ian' };
    const { body } = await world.ask('backOffice', asked);
    const token = String(body['access_token']);
    const answer = await revoke(world, { token });
    expect([answer.status, answer.body['error']]).toEqual([403, 'unauthorized_client']);
    expect(await world.auditOf(answer)).toMatchObject({
      reason: 'not_our_token',
      decision: 'allow',
      given_up: false,
      upstream_status: 403,
      upstream_error: 'unauthorized_client',
    });
    expect(await world.metricsOf(answer)).toMatchObject([
      { name: 'Failures' },
      { name: 'Failures', dimensions: { reason: 'not_our_token' } },
    ]);
    expect(await whoamiStatus(world, token)).toBe(200);
    for (let times = 0; times < 3; times++)
      expect((await world.ask('backOffice', asked)).body['access_token']).toBe(token);
  });

  it('leaves the token in no log, metric or item but in the one value that holds it', async () => {
    await expectNothingSecret(world, ['a-token-of-nobody']);
  });
});

describe('a fleet', () => {
  it('stops vending a revoked token within 60 s, and shares one new token', async () => {
    const shopper = newShopper();
    const token = await vendedToken(world, shopper);
    // Each of the three instances takes it into its memory.
    for (let times = 0; times < 5; times++)
      expect((await askFor(world, shopper)).body['access_token']).toBe(token);
    const mints = world.connect.requests.length;
    expect((await revoke(world, { token })).status).toBe(200);
    const revokedAt = performance.now();
    let lastMs = 0;
    const others = new Set<unknown>();
    while (performance.now() - revokedAt < 62_000) {
      const startedAt = performance.now();
      const { status, body } = await askFor(world, shopper);
      expect(status).toBe(200);
      if (body['access_token'] === token) lastMs = startedAt - revokedAt;
      else others.add(body['access_token']);
      await sleep(200);
    }
    console.log(`the last instance vended the revoked token ${Math.round(lastMs)} ms after its revocation`);
    expect(lastMs).toBeLessThan(60_000);
    expect(others.size).toBe(1);
    expect(world.connect.requests.length).toBe(mints + 1);
  }, 120_000);
});
