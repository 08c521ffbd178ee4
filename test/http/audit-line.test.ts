import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ask,
  askForRetailer,
  askForUser,
  assertionOf,
  type CallerRequest,
  link,
} from '../support/good-requests.ts';
import { expectNothingSecret } from '../support/leaks.ts';
import { createWorld, newShopper, type World } from '../support/world.ts';

const checkout = {
  caller: 'arn:aws:sts::111122223333:assumed-role/checkout-api/local-session',
  account: '111122223333',
};
const always = {
  level: 'INFO',
  message: 'token request',
  service: 'connect-token-vending-local',
  timestamp: expect.any(String),
  request_id: expect.any(String),
  function_request_id: expect.any(String),
  duration_ms: expect.any(Number),
};

describe('the audit line', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('bundle');
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    await world.forget();
  });

  const send = ({ as, path, ...init }: CallerRequest) => world.send(as, path, init);

  /** All of a request's line but its metrics. */
  async function lineOf(request: CallerRequest): Promise<Record<string, unknown>> {
    const line = await world.auditOf(await send(request));
    const measured = [
      '_aws',
      'Vends',
      'Mints',
      'MintFailures',
      'UpstreamLatency',
      'Denials',
      'Failures',
    ].concat('SecretAgeDays');
    return Object.fromEntries(Object.entries(line).filter(([name]) => !measured.includes(name)));
  }

  it('of a mint says who, what, by which grant and version of the secret, and which token', async () => {
    const line = await lineOf(ask({ scope: undefined, min_ttl: 10 }));
    expect(line).toEqual({
      ...always,
      ...checkout,
      client: 'acme',
      grant_type: 'client_credentials',
      scopes: ['connect:fulfillment'],
      grant_ids: ['checkout'],
      decision: 'allow',
      status: 200,
      cache: 'mint',
      remaining_seconds: expect.toSatisfy((seconds: number) => seconds > 86_000 && seconds <= 86_400),
      token_sha256: world.connect.hashes().at(-1),
      mint: 'token',
      secret_age_days: 0,
      secret_version_id: expect.stringMatching(/^[\da-f-]{36}$/),
      refused_credentials: 0,
      attempts: 1,
      upstream_ms: expect.any(Number),
    });
  });

  it('of a vend from memory has no mint, and the retailer id where one was sent', async () => {
    const request = ask(
      {},
      { headers: { 'content-type': 'application/json', 'x-retailer-id': 'the-garden' } },
    );
    await lineOf(request);
    const line = await lineOf(request);
    expect(line).toMatchObject({ retailer_id: 'the-garden', cache: 'memory' });
    expect(line).not.toHaveProperty('mint');
    expect(line['token_sha256']).toBe(world.connect.hashes().at(-1));
  });

  it('of a denial has what was asked for, as far as it is known: the scopes and the client', async () => {
    expect(await lineOf(ask({ scope: 'connect:ian connect:compliance' }))).toEqual({
      ...always,
      ...checkout,
      client: 'acme',
      grant_type: 'client_credentials',
      scopes: ['connect:compliance', 'connect:ian'],
      decision: 'deny',
      reason: 'scope',
      error: 'unauthorized_client',
      status: 403,
    });
    const ofStranger = await lineOf(ask({ client_id: 'nobody' }));
    expect(ofStranger).toMatchObject({ ...checkout, scopes: ['connect:fulfillment'], reason: 'client' });
    expect(ofStranger).not.toHaveProperty('client');
  });

  it('of a malformed request, or one with a secret in it, says who sent it', async () => {
    const denied = { ...always, ...checkout, decision: 'deny', error: 'invalid_request', status: 400 };
    expect(await lineOf(ask({ client_secret: 'canary' }))).toEqual({
      ...denied,
      reason: 'credential_in_body',
    });
    expect(await lineOf(ask({}, { body: '[' }))).toEqual({ ...denied, reason: 'body' });
  });

  it('of a signer who cannot be read has the account, and none that is no account', async () => {
    const event = world.eventFor('checkout', {});
    const lineOfIdentity = async (identity: { userArn: string; accountId: string }) => {
      event.requestContext = { ...event.requestContext, requestId: crypto.randomUUID(), identity };
      return world.auditOf(await world.askFunction(event));
    };
    const root = await lineOfIdentity({
      userArn: 'arn:aws:iam::999988887777:root',
      accountId: '999988887777',
    });
    expect(root).toMatchObject({ account: '999988887777', decision: 'deny', reason: 'caller' });
    expect(root).not.toHaveProperty('caller');
    for (const accountId of ['canary', '99998888777', '9999888877770', ''])
      expect(await lineOfIdentity({ userArn: 'x', accountId })).not.toHaveProperty('account');
  });

  it('of every grant type holds no user, assertion or code', async () => {
    const user = newShopper();
    world.connect.state.retailerAssertions.add('signed-by-the-retailer');
    for (const request of [
      askForUser({ user_id: user }),
      askForUser({ user_id: undefined, assertion: assertionOf({ user_id: newShopper() }) }),
      askForUser({ user_id: 'nobody-in-the-policy' }),
      askForRetailer({ assertion: 'signed-by-the-retailer' }),
      askForRetailer({ assertion: 'unknown-assertion' }),
      link({ code: world.issueCode() }),
      link({ code: 'unknown-code' }),
      link({ redirect_uri: 'https://unknown.example/' }),
    ])
      await lineOf(request);
    await expectNothingSecret(world, [
      user,
      'nobody-in',
      'unknown-assertion',
      'unknown-code',
      'unknown.example',
    ]);
    const items = await world.storedItems();
    expect(items.filter(({ access_token }) => access_token !== undefined).length).toBeGreaterThanOrEqual(2);
    expect(world.lines.length).toBeGreaterThan(10);
  });

  it('counts every request once, by what became of it, and each mint', async () => {
    const service = 'connect-token-vending-local';
    const once = { value: 1, unit: 'Count' };
    const latency = { name: 'UpstreamLatency', value: expect.any(Number), unit: 'Milliseconds' };
    const age = { name: 'SecretAgeDays', value: 0, unit: 'None' };
    const ages = [
      { ...age, dimensions: { service } },
      { ...age, dimensions: { service, client: 'acme' } },
    ];
    expect(await world.metricsOf(await send(ask()))).toEqual([
      { name: 'Vends', ...once, dimensions: { service, cache: 'mint' } },
      { name: 'Mints', ...once, dimensions: { service } },
      { ...latency, dimensions: { service } },
      ...ages,
    ]);
    expect(await world.metricsOf(await send(ask()))).toEqual([
      { name: 'Vends', ...once, dimensions: { service, cache: 'memory' } },
    ]);
    expect(await world.metricsOf(await send(ask({ scope: 'connect:ian' })))).toEqual([
      { name: 'Denials', ...once, dimensions: { service } },
      { name: 'Denials', ...once, dimensions: { service, reason: 'scope' } },
    ]);
    expect(await world.metricsOf(await send(link({ code: 'unknown-code' })))).toEqual([
      { name: 'Failures', ...once, dimensions: { service } },
      { name: 'Failures', ...once, dimensions: { service, reason: 'invalid_grant' } },
      { name: 'MintFailures', ...once, dimensions: { service, mint: 'invalid_grant' } },
      { ...latency, dimensions: { service } },
      ...ages,
    ]);
  });

  it('gives no dimension a value that a caller could make up', () => {
    const kinds = new Set(world.metrics().flatMap(({ dimensions }) => Object.keys(dimensions)));
    expect(kinds).toEqual(new Set(['service', 'cache', 'reason', 'mint', 'client']));
  });
});
