import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Reason } from '../../lambda/http/oauth-error.ts';
import { awsError } from '../local/emulators/aws-service.ts';
import type { Fault } from '../local/emulators/faults.ts';
import { canary } from '../support/canary.ts';
import { askFor, revoke, vendedToken, whoamiStatus } from '../support/revoking.ts';
import { answers, says } from '../support/upstream-faults.ts';
import { createWorld, newShopper, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld('bundle');
});
afterAll(() => world.close());
afterEach(() => {
  world.connect.state.revocationFault = undefined;
  world.connect.revocations.length = 0;
  world.secretsManager.always();
  world.dynamodb.always();
  world.secretsManager.remove('connect/acme');
  world.secretsManager.put('connect/acme', world.pair(world.acme));
});

const html = `<html>${canary}</html>`;
const wait = /try again/;

// biome-ignore format: a row a line
const faults: Array<[what: string, fault: Fault, status: number, reason: Reason | undefined, sent: number, text: RegExp]> = [
  ['500', answers(500), 503, 'upstream_unavailable', 1, wait],
  ['503 in HTML', answers(503, html), 503, 'upstream_unavailable', 1, wait],
  ['429', answers(429, {}, { 'retry-after': '7' }), 503, 'upstream_unavailable', 1, wait],
  ['a refusal for now', says(400, 'slow_down'), 503, 'upstream_unavailable', 1, wait],
  ['a reset connection', { kind: 'reset' }, 503, 'upstream_unavailable', 1, wait],
  ['a 200 that is cut short', { kind: 'truncated' }, 503, 'upstream_unavailable', 1, wait],
  ['401', says(401, 'invalid_client'), 502, 'credentials_refused', 1, /refused this service's credentials/],
  ['401 in HTML', answers(401, html), 502, 'credentials_refused', 1, /refused this service's credentials/],
  ['a pair that is taken for leaked', says(403, 'query_params_forbidden'), 502, 'query_params_forbidden', 1, /compromised/],
  ["another application's token", says(403, 'unauthorized_client'), 403, 'not_our_token', 1, /not of this client_id/],
  ['403 in HTML', answers(403, html), 502, 'not_revoked', 1, /does not say/],
  ['a redirect', answers(307, {}, { location: '/elsewhere' }), 502, 'not_revoked', 1, /does not say/],
  ['404', answers(404, html), 502, 'not_revoked', 1, /does not say/],
  ['400', says(400, 'invalid_request'), 502, 'not_revoked', 1, /does not say/],
  ['200 with HTML', answers(200, html), 200, undefined, 1, /^$/],
  ['200 with nothing', answers(200, ''), 200, undefined, 1, /^$/],
  ['200 with 70 kB', answers(200, 'x'.repeat(70_000)), 200, undefined, 1, /^$/],
];

describe('a revocation to which Connect answers', () => {
  it.each(faults)('%s', async (_what, fault, status, reason, sent, text) => {
    const shopper = newShopper();
    const token = await vendedToken(world, shopper);
    world.connect.state.revocationFault = fault;
    const answer = await revoke(world, { token });
    const line = await world.auditOf(answer);
    expect([answer.status, line['reason']]).toEqual([status, reason]);
    expect(String(answer.body['error_description'] ?? '')).toMatch(text);
    expect(answer.text).not.toContain(canary);
    const asked = fault.kind === 'answer' ? fault.headers?.['retry-after'] : undefined;
    expect(answer.headers.get('retry-after')).toBe(status === 503 ? (asked ?? '1') : null);
    expect(world.connect.revocations).toHaveLength(sent);
    expect(line).toMatchObject({ given_up: true, revocation: reason ?? 'revoked', attempts: sent });
    if (status !== 200)
      expect(answer.body['error_description']).toContain('This service does not vend it any more');
    // Whatever Connect said: the service does not vend it.
    expect((await askFor(world, shopper)).body['access_token']).not.toBe(token);
    const metrics = (await world.metricsOf(answer)).map(({ name }) => name);
    const isRefused = reason === 'credentials_refused' || reason === 'query_params_forbidden';
    expect(metrics).toEqual([
      // A failure is counted for the whole service, and by reason.
      ...(reason === undefined ? ['Revocations'] : ['Failures', 'Failures']),
      ...(isRefused ? ['CredentialsRefused'] : []),
    ]);
  });

  it('too late for the answer is 503, and the token is not vended', async () => {
    const shopper = newShopper();
    const token = await vendedToken(world, shopper);
    world.connect.state.revocationFault = { kind: 'hang' };
    const startedAt = performance.now();
    const answer = await revoke(world, { token });
    expect(performance.now() - startedAt).toBeLessThan(14_000);
    expect([answer.status, (await world.auditOf(answer))['system_error']]).toEqual([503, 'NO_ANSWER']);
    expect((await askFor(world, shopper)).body['access_token']).not.toBe(token);
  }, 20_000);
});

describe('a revocation after a rotation', () => {
  it('goes up with the pair that issued the token, though that is AWSPREVIOUS by now', async () => {
    const token = await vendedToken(world, newShopper());
    const renewed = { clientId: 'acme-id-2', clientSecret: `renewed-${canary}` };
    world.connect.applications.push(renewed);
    world.secretsManager.put('connect/acme', world.pair(renewed));
    await world.renewFunction();
    const answer = await revoke(world, { token });
    expect([answer.status, await whoamiStatus(world, token)]).toEqual([200, 401]);
    expect(world.connect.revocations.map(({ fields }) => fields['client_id'])).toEqual([
      renewed.clientId,
      world.acme.clientId,
    ]);
    expect((await world.metricsOf(answer)).map(({ name }) => name)).toEqual(['Revocations']);
    const shopper = newShopper();
    await vendedToken(world, shopper);
    expect(world.connect.requests.at(-1)?.fields['client_id']).toBe(renewed.clientId);
  });

  it('to a wrong pair goes up with the previous one, and fires the alarm', async () => {
    await world.renewFunction();
    const token = await vendedToken(world, newShopper());
    world.secretsManager.put('connect/acme', world.pair({ clientId: 'wrong', clientSecret: 'wrong' }));
    await world.renewFunction();
    const answer = await revoke(world, { token });
    expect([answer.status, await whoamiStatus(world, token)]).toEqual([200, 401]);
    expect((await world.metricsOf(answer)).map(({ name }) => name)).toEqual([
      'Revocations',
      'CredentialsRefused',
    ]);
  });
});

describe('a revocation while AWS is in trouble', () => {
  it('that cannot read the secret is 503, and the token is not vended', async () => {
    const shopper = newShopper();
    const token = await vendedToken(world, shopper);
    await world.renewFunction();
    world.secretsManager.always(awsError('InternalServiceError', 500));
    const answer = await revoke(world, { token });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await world.auditOf(answer)).toMatchObject({ reason: 'secrets_unavailable', given_up: true });
    world.secretsManager.always();
    expect((await askFor(world, shopper)).body['access_token']).not.toBe(token);
  });

  it('that cannot use the table tells Connect, and says that instances may vend the token', async () => {
    const token = await vendedToken(world, newShopper());
    world.dynamodb.always(awsError('InternalServerError', 500));
    const startedAt = performance.now();
    const answer = await revoke(world, { token });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(answer.body['error_description']).toBe(
      'Connect has revoked the token. The token table is out of reach, so instances that hold the token may vend it until its end: try again. (reason: table_unavailable)',
    );
    expect(await world.auditOf(answer)).toMatchObject({
      reason: 'table_unavailable',
      revocation: 'revoked',
      table_fault: expect.stringMatching(/^DynamoDB: /),
    });
    expect(await whoamiStatus(world, token)).toBe(401);
    world.dynamodb.always();
    expect((await revoke(world, { token })).status).toBe(200);
  });

  it('is not held back by the pause of a client whose mints fail', async () => {
    const token = await vendedToken(world, newShopper());
    world.connect.always(answers(503, {}, { 'retry-after': '60' }));
    expect((await askFor(world, newShopper())).status).toBe(503);
    expect((await askFor(world, newShopper())).status).toBe(503);
    world.connect.always();
    expect([(await revoke(world, { token })).status, await whoamiStatus(world, token)]).toEqual([200, 401]);
  });
});
