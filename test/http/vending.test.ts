import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { grantTypes } from '../../lambda/protocol/scopes.ts';
import { readEmbeddedMetrics } from '../support/embedded-metrics.ts';
import { type CallerName, callers, createWorld, newShopper, type World } from '../support/world.ts';

const userGrant = 'fulfillment_user_assertion';
const retailerGrant = 'urn:ietf:params:oauth:grant-type:retailer-json-bearer';
const callback = 'https://shop.example/instacart/callback';

describe.each(['bundle', 'source'] as const)('vending, from the %s', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(kind);
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.connect.requests.length = 0;
  });

  const whoami = async (token: unknown) => {
    const url = new URL('/v2/fulfillment/whoami', world.connect.url);
    return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).json() as Promise<{
      scopes: string[];
      user_id?: string;
    }>;
  };

  /** Every row of "Permissions and scopes", and the three scopes of Instacart's other pages. */
  const permissions: Array<[string, CallerName, string, string | undefined]> = [
    ['Fulfillment API', 'checkout', 'client_credentials', 'connect:fulfillment'],
    ['Order Feedback API (backend)', 'backOffice', 'client_credentials', 'Connect::Orders::RatingService'],
    ['Order Feedback API (frontend), by user', 'storefront', userGrant, 'Connect::Orders::RatingService'],
    [
      'Order Feedback API (frontend), by retailer',
      'storefront',
      retailerGrant,
      'Connect::Orders::RatingService',
    ],
    ['Recommendations API (backend)', 'backOffice', 'client_credentials', 'connect:recommendations'],
    ['Recommendations API (frontend), by user', 'storefront', userGrant, 'connect:recommendations'],
    ['Recommendations API (frontend), by retailer', 'storefront', retailerGrant, 'connect:recommendations'],
    ['Transaction API', 'pointOfSale', 'client_credentials', undefined],
    ['Post-checkout API', 'storefront', userGrant, 'connect:post_checkout'],
    ['Account linking', 'linker', 'authorization_code', 'account_linking'],
    ['Compliance', 'backOffice', 'client_credentials', 'connect:compliance'],
    ['Catalog', 'backOffice', 'client_credentials', 'connect:data_ingestion'],
    ['Carrot Ads', 'backOffice', 'client_credentials', 'connect:ian'],
    ['A private scope', 'backOffice', 'client_credentials', 'connect:private_thing'],
  ];

  function subjectFor(grantType: string): object {
    if (grantType === userGrant) return { user_id: 'guest' };
    if (grantType === 'authorization_code')
      return { code: world.connect.issueCode(callback), redirect_uri: callback };
    if (grantType !== retailerGrant) return {};
    world.connect.state.retailerAssertions.add('opaque-assertion');
    return { assertion: 'opaque-assertion' };
  }

  it.each(permissions)('%s: a token that opens just that', async (_api, as, grantType, scope) => {
    const answer = await world.ask(as, {
      grant_type: grantType,
      ...(scope && { scope }),
      ...subjectFor(grantType),
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      token_type: 'Bearer',
      created_at: expect.any(Number),
      expires_in: expect.any(Number),
    });
    const opened = await whoami(answer.body['access_token']);
    if (scope !== undefined) expect(opened).toMatchObject({ scopes: [scope] });
    else expect(opened.scopes).toContain('connect:fulfillment');
    expect(opened.user_id).toBe(grantType === userGrant ? 'guest' : undefined);
  });

  it('refuses every other scope, grant type and client before anything is sent to Connect', async () => {
    const scopes = [
      'connect:fulfillment',
      'Connect::Orders::RatingService',
      'connect:recommendations',
      'connect:post_checkout',
      'account_linking',
      'connect:compliance',
      'connect:data_ingestion',
      'connect:ian',
      'connect:private_thing',
      undefined,
      'connect:unheard_of',
    ];
    const may = new Set([
      ...permissions.map(([, , grantType, scope]) => `acme ${grantType} ${scope}`),
      'beta client_credentials connect:fulfillment',
      'beta client_credentials connect:ian',
    ]);
    const reads = world.secretsManager.reads.length;
    let tried = 0;
    for (const client of ['acme', 'beta', 'nobody'])
      for (const grantType of grantTypes)
        for (const scope of scopes) {
          if (may.has(`${client} ${grantType} ${scope}`)) continue;
          for (const as of ['backOffice', 'checkout', 'pointOfSale', 'storefront', 'linker'] as const) {
            // Left out, the scope is the one that is granted: that is a row of the table too.
            if (scope === undefined && client === 'acme') continue;
            const { status, body } = await world.ask(as, {
              client_id: client,
              grant_type: grantType,
              ...(scope && { scope }),
              ...subjectFor(grantType),
            });
            expect([400, 403], `${as} ${client} ${grantType} ${scope}`).toContain(status);
            expect(['invalid_scope', 'unauthorized_client']).toContain(body['error']);
            tried += 1;
          }
        }
    expect(world.connect.requests).toEqual([]);
    expect(world.secretsManager.reads).toHaveLength(reads);
    console.error(
      `${kind}: ${tried} scope, grant type and client combinations outside the table were refused unsent`,
    );
    expect(tried).toBeGreaterThan(400);
  });

  it('sends Connect what Connect documents, and nothing else', async () => {
    await world.ask(
      'checkout',
      { scope: 'connect:fulfillment', x: 'unknown fields are ignored' },
      { 'x-retailer-id': 'the-garden' },
    );
    const [sent] = world.connect.requests;
    expect(sent?.fields).toEqual({
      client_id: world.acme.clientId,
      client_secret: world.acme.clientSecret,
      grant_type: 'client_credentials',
      scope: 'connect:fulfillment',
    });
    expect(sent?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
      'x-retailer-id': 'the-garden',
    });
    expect(sent?.url).toMatch(/\/v2\/oauth\/token$/);
  });

  it('joins several scopes by a comma, or as the client is set up, whatever the caller wrote', async () => {
    const acme = await world.ask('backOffice', { scope: 'connect:ian connect:fulfillment,connect:ian' });
    expect(acme.body['scope']).toBe('connect:fulfillment connect:ian');
    const beta = await world.ask('backOffice', {
      client_id: 'beta',
      scope: 'connect:ian,connect:fulfillment',
    });
    expect(beta.status).toBe(200);
    expect(world.connect.requests.map(({ fields }) => fields['scope'])).toEqual([
      'connect:fulfillment,connect:ian',
      'connect:fulfillment connect:ian',
    ]);
  });

  it('vends a form as it vends JSON, and the same token to another caller who is granted it', async () => {
    const form = await world.send('checkout', '/v2/oauth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
      body: 'grant_type=client_credentials&client_id=acme&scope=connect%3Afulfillment&min_ttl=60&code=',
    });
    expect(form.status).toBe(200);
    for (const as of ['ci', 'operator', 'session', 'partner', 'backOffice'] as const) {
      const other = await world.ask(as, { scope: 'connect:fulfillment' });
      expect(other.body['access_token'], as).toBe(form.body['access_token']);
      expect(other.headers.get('cache-status')).toMatch(
        /^connect-token-vending; hit; detail=(memory|table); ttl=\d+$/,
      );
    }
  });

  it('leaves the scope out where it is not needed: unscoped if that is granted, else the one that is', async () => {
    expect((await world.ask('checkout', {})).body['scope']).toBe('connect:fulfillment');
    await world.forget();
    expect((await world.ask('pointOfSale', {})).status).toBe(200);
    await world.ask('linker', { grant_type: 'authorization_code', ...subjectFor('authorization_code') });
    expect(world.connect.requests.map(({ fields }) => fields['scope'])).toEqual([
      undefined,
      'account_linking',
    ]);
    const several = await world.ask('backOffice', { client_id: 'beta' });
    expect(several.body).toMatchObject({
      error: 'invalid_scope',
      error_description: 'Name a scope. You are granted: connect:fulfillment, connect:ian.',
    });
  });

  it('builds the user assertion anew, and keeps users and retailers apart', async () => {
    const shopper = newShopper();
    const assertion = Buffer.from(`{ "user_id" : "${shopper}" }`).toString('base64');
    const fields = { grant_type: userGrant, scope: 'connect:post_checkout' };
    const first = await world.ask('storefront', { ...fields, assertion });
    const again = await world.ask('storefront', { ...fields, user_id: shopper });
    const other = await world.ask('storefront', { ...fields, user_id: newShopper() });
    expect(again.body['access_token']).toBe(first.body['access_token']);
    expect(other.body['access_token']).not.toBe(first.body['access_token']);
    expect(world.connect.requests).toHaveLength(2);
    const sent = String(world.connect.requests[0]?.fields['assertion']);
    expect(Buffer.from(sent, 'base64').toString()).toBe(`{"user_id":"${shopper}"}`);
    const garden = await world.ask('checkout', {}, { 'X-Retailer-Id': 'the-garden' });
    const none = await world.ask('checkout', {});
    expect(garden.body['access_token']).not.toBe(none.body['access_token']);
    expect(await whoami(garden.body['access_token'])).toMatchObject({ retailer_id: 'the-garden' });
  });

  it('links an account with the token of a code, once, and never caches it', async () => {
    const fields = {
      grant_type: 'authorization_code',
      code: world.connect.issueCode(callback),
      redirect_uri: callback,
    };
    const first = await world.ask('linker', fields);
    expect(first.body).toMatchObject({ token_type: 'Bearer', scope: 'account_linking' });
    expect(first.headers.get('cache-status')).toMatch(/fwd=bypass/);
    const link = await fetch(new URL('/v2/fulfillment/users/shopper-1/link', world.connect.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${first.body['access_token']}` },
    });
    expect(link.status).toBe(200);
    const again = await world.ask('linker', fields);
    expect([again.status, again.body['error']]).toEqual([400, 'invalid_grant']);
    const other = await world.ask('linker', {
      ...fields,
      code: world.connect.issueCode('https://other.example/'),
    });
    expect([other.status, other.body['error']]).toEqual([400, 'invalid_grant']);
    expect(world.connect.requests).toHaveLength(3);
  });

  it('asks Connect anew for every retailer assertion', async () => {
    world.connect.state.retailerAssertions.add('signed-by-the-retailer');
    const fields = {
      grant_type: retailerGrant,
      scope: 'connect:recommendations',
      assertion: 'signed-by-the-retailer',
    };
    const [one, two] = [await world.ask('storefront', fields), await world.ask('storefront', fields)];
    expect(one.body['access_token']).not.toBe(two.body['access_token']);
    expect(world.connect.requests).toHaveLength(2);
  });

  it('mints once for two thousand callers at once, and tells each the same', async () => {
    const fields = { grant_type: userGrant, scope: 'connect:post_checkout', user_id: newShopper() };
    const answers = await Promise.all(Array.from({ length: 2_000 }, () => world.ask('storefront', fields)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body['access_token'])).size).toBe(1);
    expect(world.connect.requests).toHaveLength(1);
  }, 60_000);

  it('writes one audit line a request, which says who, what and which token', async () => {
    const answer = await world.ask('session', { scope: 'connect:fulfillment', min_ttl: 10 });
    const line = await world.auditOf(answer);
    expect(line).toMatchObject({
      caller: 'arn:aws:sts::111122223333:assumed-role/checkout-api/local-session',
      account: '111122223333',
      client: 'acme',
      grant_type: 'client_credentials',
      scopes: ['connect:fulfillment'],
      grant_ids: ['checkout'],
      decision: 'allow',
      cache: 'memory',
      status: 200,
    });
    expect(world.connect.hashes()).toContain(line['token_sha256']);
  });

  it('counts every request once, by what became of it, and each mint', async () => {
    await world.forget();
    const asked: object[] = [];
    for (const scope of ['connect:fulfillment', 'connect:fulfillment', 'connect:ian'])
      asked.push(await world.auditOf(await world.ask('session', { scope })));
    const service = 'connect-token-vending-local';
    const once = { value: 1, unit: 'Count' };
    expect(readEmbeddedMetrics(asked.map((line) => JSON.stringify(line)))).toEqual([
      { name: 'Vends', ...once, dimensions: { service, cache: 'mint' } },
      { name: 'Mints', ...once, dimensions: { service } },
      { name: 'UpstreamLatency', value: expect.any(Number), unit: 'Milliseconds', dimensions: { service } },
      { name: 'Vends', ...once, dimensions: { service, cache: 'memory' } },
      { name: 'Denials', ...once, dimensions: { service, reason: 'scope' } },
    ]);
  });

  it('gives no dimension a value that a caller could make up', () => {
    const kinds = new Set(world.metrics().flatMap(({ dimensions }) => Object.keys(dimensions)));
    expect(kinds).toEqual(new Set(['service', 'cache', 'reason', 'mint']));
    expect(world.metrics().length).toBeGreaterThan(world.audits().length);
  });

  it('lets nothing secret out: no token, secret, code, assertion or user id in anything that was printed', () => {
    const printed = world.lines.join('\n');
    expect(printed.length).toBeGreaterThan(10_000);
    const secrets = [
      ...world.connect.tokens.keys(),
      ...Object.values(callers).map(({ secretAccessKey }) => secretAccessKey),
      world.acme.clientId,
      world.acme.clientSecret,
      world.beta.clientSecret,
      'canary',
      'shopper-',
      'signed-by-the-retailer',
      'opaque-assertion',
      Buffer.from('{"user_id":').toString('base64').slice(0, 14),
    ];
    for (const secret of secrets) expect(printed.includes(secret), secret).toBe(false);
    expect(world.connect.unexpected).toEqual([]);
    expect(world.secretsManager.unexpected).toEqual([]);
  });
});
