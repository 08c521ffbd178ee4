import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ask,
  askByForm,
  askForRetailer,
  askForUser,
  assertionOf,
  type CallerRequest,
  link,
} from '../support/good-requests.ts';
import { expectNothingSecret } from '../support/leaks.ts';
import { createWorld, newShopper, type World } from '../support/world.ts';

describe.each(['bundle', 'source'] as const)('vending, from the %s', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(kind);
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.connect.requests.length = 0;
  });

  const send = ({ as, path, ...init }: CallerRequest) => world.send(as, path, init);

  it('vends every good request', async () => {
    world.connect.state.retailerAssertions.add('signed-by-the-retailer');
    for (const request of [
      ask(),
      askByForm(),
      askForUser(),
      askForRetailer({ assertion: 'signed-by-the-retailer' }),
      link({ code: world.issueCode() }),
    ]) {
      const answer = await send(request);
      expect(answer.status, answer.text).toBe(200);
      expect(world.connect.tokens.has(String(answer.body['access_token']))).toBe(true);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('pragma')).toBe('no-cache');
    }
  });

  it('sends Connect what Connect documents, and nothing else', async () => {
    await world.ask(
      'checkout',
      { scope: 'connect:fulfillment', x: 'unknown fields are ignored' },
      {
        'x-retailer-id': 'the-garden',
      },
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

  it('ignores the fields of other grant types, whatever they hold, and empty ones', async () => {
    const others = { user_id: 7, assertion: ['x'], code: {}, redirect_uri: false, refresh_token: 'x' };
    expect((await send(ask(others))).status).toBe(200);
    const empty = { client_secret: '', client_assertion: '', min_ttl: '', refused_token_sha256: '' };
    expect((await send(ask(empty))).status).toBe(200);
    expect((await send(askByForm('&client_secret=&code=&min_ttl='))).status).toBe(200);
    expect((await send(askForUser({ assertion: '' }))).status).toBe(200);
  });

  it('vends the same token to another caller who is granted it', async () => {
    const first = await send(ask());
    for (const as of ['ci', 'operator', 'session', 'partner', 'backOffice'] as const) {
      const other = await send(ask({}, { as }));
      expect(other.body['access_token'], as).toBe(first.body['access_token']);
      expect(other.headers.get('cache-status')).toMatch(
        /^connect-token-vending; hit; detail=(memory|table); ttl=\d+$/,
      );
    }
  });

  it('builds the user assertion anew, and keeps users and retailers apart', async () => {
    const shopper = newShopper();
    const assertion = Buffer.from(`{ "user_id" : "${shopper}" }`).toString('base64');
    const first = await send(askForUser({ user_id: undefined, assertion }));
    const again = await send(askForUser({ user_id: shopper }));
    expect(again.body['access_token']).toBe(first.body['access_token']);
    for (const other of [newShopper(), `${shopper}x`, shopper.toUpperCase().replace('SHOPPER', 'shopper')]) {
      const { body } = await send(askForUser({ user_id: other }));
      expect(body['access_token']).not.toBe(first.body['access_token']);
    }
    expect(world.connect.requests).toHaveLength(4);
    expect(world.connect.requests[0]?.fields['assertion']).toBe(assertionOf({ user_id: shopper }));
    const garden = await world.ask('checkout', {}, { 'X-Retailer-Id': 'the-garden' });
    const none = await world.ask('checkout', {});
    expect(garden.body['access_token']).not.toBe(none.body['access_token']);
    const issued = world.connect.tokens.get(String(garden.body['access_token']));
    expect(issued).toMatchObject({ retailerId: 'the-garden' });
  });

  it('links an account with the token of a code, once, and never caches it', async () => {
    const code = world.issueCode();
    const first = await send(link({ code }));
    expect(first.body).toMatchObject({ token_type: 'Bearer', scope: 'account_linking' });
    expect(first.headers.get('cache-status')).toMatch(/fwd=bypass/);
    const linked = await fetch(new URL('/v2/fulfillment/users/shopper-1/link', world.connect.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${first.body['access_token']}` },
    });
    expect(linked.status).toBe(200);
    for (const refused of [code, world.issueCode('https://other.example/')]) {
      const again = await send(link({ code: refused }));
      expect([again.status, again.body['error']]).toEqual([400, 'invalid_grant']);
      expect(again.body['error_description']).toBe(
        'Connect refused the code, its redirect_uri or its code_verifier. (reason: invalid_grant)',
      );
    }
  });

  it('asks Connect anew for every retailer assertion', async () => {
    const request = askForRetailer({ assertion: 'signed-by-the-retailer' });
    const [one, two] = [await send(request), await send(request)];
    expect(one.body['access_token']).not.toBe(two.body['access_token']);
    expect(world.connect.requests).toHaveLength(2);
    const unknown = await send(askForRetailer({ assertion: 'signed-by-another' }));
    expect(unknown.body['error_description']).toBe('Connect refused the assertion. (reason: invalid_grant)');
  });

  if (kind === 'bundle')
    it('mints once for two thousand callers at once, and tells each the same', async () => {
      const request = askForUser({ user_id: newShopper() });
      const answers = await Promise.all(Array.from({ length: 2_000 }, () => send(request)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ body }) => body['access_token'])).size).toBe(1);
      expect(world.connect.requests).toHaveLength(1);
    }, 60_000);

  it('leaves nothing secret behind', async () => {
    await expectNothingSecret(world, ['signed-by-another']);
    expect(world.connect.unexpected).toEqual([]);
    expect(world.secretsManager.unexpected).toEqual([]);
    expect(world.dynamodb.unexpected).toEqual([]);
  });
});
