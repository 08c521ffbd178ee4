import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Application, type Connect, startConnect } from './connect-emulator.ts';

const retailer = 'urn:ietf:params:oauth:grant-type:retailer-json-bearer';
const callback = 'https://shop.example/instacart/callback';
const acme = { client_id: 'acme-id', client_secret: 'not-a-secret-acme' };
const renewed = { client_id: 'acme-id-2', client_secret: 'not-a-secret-acme-2' };
const wrongPair =
  'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.';
const wrongGrant = 'Assertion is not provided or invalid assertion provided for the grant_type.';
const inQuery =
  'Providing OAuth credentials as query parameters may cause them to be compromised. Please ensure the credentials are rotated.';

const assertion = (text: string) => Buffer.from(text).toString('base64');
const shopper = assertion('{"user_id":"shopper-1"}');

type Fields = Record<string, unknown>;
let connect: Connect;
let time: number;
let applications: Application[];

beforeEach(async () => {
  time = Date.now();
  applications = [
    { clientId: acme.client_id, clientSecret: acme.client_secret },
    { clientId: renewed.client_id, clientSecret: renewed.client_secret, withheld: ['connect:ian'] },
  ];
  connect = await startConnect({ applications, now: () => time });
});
afterEach(async () => {
  expect(connect.unexpected).toEqual([]);
  await connect.close();
});

async function ask(fields: Fields, { query = '', headers = {}, pair = acme as Fields } = {}) {
  const response = await fetch(`${connect.url}/v2/oauth/token${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ grant_type: 'client_credentials', ...pair, ...fields }),
  });
  const body = (await response.json()) as Fields;
  return { status: response.status, error: body['error'], description: body['error_description'], body };
}

async function whoami(token: unknown) {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${connect.url}/v2/fulfillment/whoami`, { headers });
  return { status: response.status, body: (await response.json()) as Fields };
}

describe('a token', () => {
  it('has the fields that Instacart documents, and opens its scope', async () => {
    const { status, body } = await ask({ scope: 'connect:fulfillment' });
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/),
      token_type: 'Bearer',
      expires_in: 86_400,
      created_at: Math.floor(time / 1000),
      scope: 'connect:fulfillment',
    });
    expect(await whoami(body['access_token'])).toMatchObject({
      status: 200,
      body: { scopes: ['connect:fulfillment'] },
    });
  });

  it('ends after its lifetime', async () => {
    const { body } = await ask({});
    time += 86_399_000;
    expect((await whoami(body['access_token'])).status).toBe(200);
    time += 1_000;
    expect((await whoami(body['access_token'])).status).toBe(401);
  });

  it('is for several scopes, with a comma between them, and for a retailer', async () => {
    const scope = 'connect:fulfillment,connect:ian';
    const { body } = await ask({ scope }, { headers: { 'X-Retailer-Id': 'the-garden' } });
    const { body: who } = await whoami(body['access_token']);
    expect(who).toMatchObject({ scopes: scope.split(','), retailer_id: 'the-garden' });
  });

  it('without a scope opens everything that the grant type can have', async () => {
    const { body } = await whoami((await ask({})).body['access_token']);
    expect(body['scopes']).toHaveLength(6);
    expect(body['scopes']).not.toContain('connect:post_checkout');
  });

  it('comes back while it lives, or ends the one before, where Connect is set up so', async () => {
    connect.state.reuseTokens = true;
    const first = (await ask({})).body;
    time += 1_000_000;
    expect((await ask({})).body).toMatchObject({ access_token: first['access_token'], expires_in: 85_400 });
    connect.state.reuseTokens = false;
    connect.state.revokePrevious = true;
    await ask({});
    expect((await whoami(first['access_token'])).status).toBe(401);
  });
});

describe("the client's pair", () => {
  it('is refused if wrong, unknown, absent or another pair’s half', async () => {
    const secrets = ['wrong', '', renewed.client_secret];
    const pairs: Fields[] = [{}, { client_id: 'nobody', client_secret: 'x' }];
    for (const client_secret of secrets) pairs.push({ ...acme, client_secret });
    for (const pair of pairs) {
      expect(await ask({}, { pair })).toMatchObject({
        status: 401,
        error: 'invalid_client',
        description: wrongPair,
      });
    }
  });

  it('works beside its successor until it is disabled; its tokens live on', async () => {
    const { body } = await ask({});
    expect((await ask({}, { pair: renewed })).status).toBe(200);
    if (applications[0] !== undefined) applications[0].disabled = true;
    expect((await ask({})).error).toBe('invalid_client');
    expect((await whoami(body['access_token'])).status).toBe(200);
  });

  it('is never taken from the query', async () => {
    const query = `?client_id=${acme.client_id}&client_secret=${acme.client_secret}`;
    const refusal = { status: 403, error: 'query_params_forbidden', description: inQuery };
    expect(await ask({}, { query })).toMatchObject(refusal);
  });

  it('is read from JSON alone', async () => {
    const form = await fetch(`${connect.url}/v2/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...acme, grant_type: 'client_credentials' }),
    });
    expect(form.status).toBe(400);
  });
});

/** As Instacart's page has it, once more. */
const page: Array<[scope: string, grantTypes: string[]]> = [
  ['connect:fulfillment', ['client_credentials']],
  ['Connect::Orders::RatingService', ['client_credentials', 'fulfillment_user_assertion', retailer]],
  ['connect:recommendations', ['client_credentials', 'fulfillment_user_assertion', retailer]],
  ['connect:post_checkout', ['fulfillment_user_assertion']],
  ['account_linking', ['authorization_code']],
];
const everyGrant = ['client_credentials', 'fulfillment_user_assertion', retailer, 'authorization_code'];

describe('a scope', () => {
  const subjectFor = (grantType: string): Fields => {
    if (grantType === retailer) return { assertion: 'opaque' };
    if (grantType === 'fulfillment_user_assertion') return { assertion: shopper };
    if (grantType !== 'authorization_code') return {};
    return { code: connect.issueCode(callback), redirect_uri: callback };
  };

  it.each(page)('%s comes by its own grant types alone', async (scope, grantTypes) => {
    connect.state.retailerAssertions.add('opaque');
    for (const grant_type of everyGrant) {
      const { status, error } = await ask({ grant_type, scope, ...subjectFor(grant_type) });
      expect([status, error]).toEqual(
        grantTypes.includes(grant_type) ? [200, undefined] : [400, 'invalid_scope'],
      );
    }
  });

  it.each(['connect:unknown', 'constructor', 'CONNECT:FULFILLMENT', 'connect:fulfillment,connect:unknown'])(
    'that Connect has not is refused: %s',
    async (scope) => expect(await ask({ scope })).toMatchObject({ status: 400, error: 'invalid_scope' }),
  );

  it('that is withheld from the application is refused', async () => {
    expect((await ask({ scope: 'connect:ian' })).status).toBe(200);
    expect((await ask({ scope: 'connect:ian' }, { pair: renewed })).error).toBe('invalid_scope');
  });
});

describe('a user assertion', () => {
  const asUser = (text: string) => ask({ grant_type: 'fulfillment_user_assertion', assertion: text });

  it('says who the token is for', async () => {
    const { body } = await asUser('eyJ1c2VyX2lkIjoia2FtYWxzaW5naDEyMzQifQ==');
    expect((await whoami(body['access_token'])).body['user_id']).toBe('kamalsingh1234');
  });

  it.each([
    ['without its padding', 'eyJ1c2VyX2lkIjoia2FtYWxzaW5naDEyMzQifQ'],
    ['with a blank', ` ${shopper}`],
    ['of something else than JSON', assertion('{"user_id":')],
    ['of another field', assertion('{"user":"shopper-1"}')],
    ['of one field more', assertion('{"user_id":"shopper-1","admin":true}')],
    ['of an empty id', assertion('{"user_id":""}')],
    ['of a number', assertion('{"user_id":1}')],
    ['that is empty', ''],
  ])('%s is refused', async (_what, text) => {
    expect(await asUser(text)).toMatchObject({
      status: 400,
      error: 'invalid_grant',
      description: wrongGrant,
    });
  });

  it('of nobody is refused', async () => {
    connect.state.knownUsers = ['shopper-2'];
    expect((await asUser(shopper)).error).toBe('invalid_grant');
  });
});

describe('an authorization code', () => {
  const trade = (code: string, redirect_uri: string | undefined = callback) =>
    ask({ grant_type: 'authorization_code', code, redirect_uri });

  it('is traded for a linking token, which links', async () => {
    const { body } = await trade(connect.issueCode(callback));
    expect(body['scope']).toBe('account_linking');
    const headers = { authorization: `Bearer ${body['access_token']}` };
    const link = await fetch(`${connect.url}/v2/fulfillment/users/u1/link`, { method: 'POST', headers });
    expect(link.status).toBe(200);
  });

  it('is good once: its second use revokes what the first one bought', async () => {
    const code = connect.issueCode(callback);
    const { body } = await trade(code);
    expect(await trade(code)).toMatchObject({ status: 400, error: 'invalid_grant', description: wrongGrant });
    expect((await whoami(body['access_token'])).status).toBe(401);
  });

  it('goes with its own redirect URI, and must exist', async () => {
    const code = connect.issueCode(callback);
    for (const redirectUri of [`${callback}/`, 'https://elsewhere.example', '']) {
      expect((await trade(code, redirectUri)).error).toBe('invalid_grant');
    }
    expect((await trade('made-up')).error).toBe('invalid_grant');
    expect((await trade(code)).status).toBe(200);
  });
});

describe('faults', () => {
  it('meet one request each, in order', async () => {
    connect.next({ kind: 'answer', status: 500 }, { kind: 'altered', fields: { expires_in: 'soon' } });
    expect((await ask({})).status).toBe(500);
    expect((await ask({})).body['expires_in']).toBe('soon');
    expect((await ask({})).body['expires_in']).toBe(86_400);
  });

  it('stand until they are taken away', async () => {
    connect.always({ kind: 'reset' });
    await expect(ask({})).rejects.toThrow('fetch failed');
    await expect(ask({})).rejects.toThrow('fetch failed');
    connect.always();
    expect((await ask({})).status).toBe(200);
    expect(connect.requests).toHaveLength(3);
  });

  it('do not hide a refusal', async () => {
    connect.next({ kind: 'altered', fields: { expires_in: 5 } });
    expect((await ask({}, { pair: {} })).error).toBe('invalid_client');
  });
});

it('fails loudly for what it is not', async () => {
  expect((await fetch(`${connect.url}/v2/fulfillment/orders`)).status).toBe(501);
  expect(connect.unexpected.splice(0)).toEqual(['GET /v2/fulfillment/orders']);
});

describe('a revocation', () => {
  async function revoke(fields: Fields, { query = '', headers = {}, pair = acme as Fields } = {}) {
    const response = await fetch(`${connect.url}/v2/oauth/token/revoke${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ ...pair, ...fields }),
    });
    const body = (await response.json()) as Fields;
    return [response.status, body['error'] ?? body];
  }
  const issue = async () => (await ask({ scope: 'connect:fulfillment' })).body['access_token'];

  it('is 200 with an empty object, also of an unknown or dead token, and the token opens nothing then', async () => {
    const token = await issue();
    for (const one of [token, token, 'unknown']) expect(await revoke({ token: one })).toEqual([200, {}]);
    expect((await whoami(token)).status).toBe(401);
  });

  it.each<[string, Fields, Parameters<typeof revoke>[1], unknown[]]>([
    ["of another application's token", {}, { pair: renewed }, [403, 'unauthorized_client']],
    ['with a wrong pair', {}, { pair: { ...acme, client_secret: 'x' } }, [401, 'invalid_client']],
    ['with anything in the query', {}, { query: '?x=1' }, [403, 'query_params_forbidden']],
    ['without a token', { token: undefined }, {}, [400, 'invalid_request']],
    ['that is no JSON', {}, { headers: { 'content-type': 'text/plain' } }, [400, 'invalid_request']],
  ])('%s is refused, and the token lives', async (_what, fields, more, expected) => {
    const token = await issue();
    expect(await revoke({ token, ...fields }, more)).toEqual(expected);
    expect((await whoami(token)).status).toBe(200);
  });
});
