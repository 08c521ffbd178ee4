import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Reason } from '../../lambda/http/oauth-error.ts';
import { retailerGrant, userGrant } from '../support/good-requests.ts';
import { expectNothingSecret } from '../support/leaks.ts';
import { type CallerName, callback, createWorld, type World } from '../support/world.ts';

const applicationGrant = 'client_credentials';
const rating = 'Connect::Orders::RatingService';

/** Every row of "Permissions and scopes", the three scopes of Instacart's other pages, and who is granted it. */
// biome-ignore format: a row a line
const permissions: Array<[api: string, as: CallerName, grantType: string, scope: string | undefined]> = [
  ['Fulfillment API', 'checkout', applicationGrant, 'connect:fulfillment'],
  ['Order Feedback API (backend)', 'backOffice', applicationGrant, rating],
  ['Order Feedback API (frontend), by user', 'storefront', userGrant, rating],
  ['Order Feedback API (frontend), by retailer', 'storefront', retailerGrant, rating],
  ['Recommendations API (backend)', 'backOffice', applicationGrant, 'connect:recommendations'],
  ['Recommendations API (frontend), by user', 'storefront', userGrant, 'connect:recommendations'],
  ['Recommendations API (frontend), by retailer', 'storefront', retailerGrant, 'connect:recommendations'],
  ['Transaction API', 'pointOfSale', applicationGrant, undefined],
  ['Post-checkout API', 'storefront', userGrant, 'connect:post_checkout'],
  ['Account linking', 'linker', 'authorization_code', 'account_linking'],
  ['Compliance', 'backOffice', applicationGrant, 'connect:compliance'],
  ['Catalog', 'backOffice', applicationGrant, 'connect:data_ingestion'],
  ['Carrot Ads', 'backOffice', applicationGrant, 'connect:ian'],
  ['A private scope', 'backOffice', applicationGrant, 'connect:private_thing'],
];
/** What the policy grants besides. */
const granted: typeof permissions = [
  ...permissions,
  ['Fulfillment API', 'backOffice', applicationGrant, 'connect:fulfillment'],
];
const callerNames = ['backOffice', 'checkout', 'pointOfSale', 'storefront', 'linker'] as const;
const grantTypes = [applicationGrant, userGrant, retailerGrant, 'authorization_code'];
const scopes = [...new Set(permissions.flatMap(([, , , scope]) => scope ?? [])), 'connect:unheard_of'];

/** Why acme's token is refused; undefined where it is granted. */
function reasonFor(as: CallerName, grantType: string, scope: string): Reason | undefined {
  const ofScope = permissions.filter((row) => row[3] === scope);
  if (ofScope.length === 0) return 'unknown_scope';
  if (!ofScope.some((row) => row[2] === grantType)) return 'scope_needs_another_grant_type';
  const own = granted.filter((row) => row[1] === as && row[2] === grantType);
  if (own.length === 0) return 'grant_type';
  return own.some((row) => row[3] === scope) ? undefined : 'scope';
}

describe('scopes', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('bundle');
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.connect.requests.length = 0;
  });

  async function whoami(token: unknown): Promise<{ scopes: string[]; user_id?: string }> {
    const url = new URL('/v2/fulfillment/whoami', world.connect.url);
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    return (await response.json()) as { scopes: string[] };
  }

  function subjectFor(grantType: string): object {
    if (grantType === userGrant) return { user_id: 'guest' };
    if (grantType === 'authorization_code') return { code: world.issueCode(), redirect_uri: callback };
    if (grantType !== retailerGrant) return {};
    world.connect.state.retailerAssertions.add('opaque-assertion');
    return { assertion: 'opaque-assertion' };
  }

  const ask = (as: CallerName, grantType: string, scope: string | undefined, clientId = 'acme') =>
    world.ask(as, { client_id: clientId, grant_type: grantType, scope, ...subjectFor(grantType) });

  it.each(permissions)('%s: a token that opens just that', async (_api, as, grantType, scope) => {
    const answer = await ask(as, grantType, scope);
    expect(answer.status, answer.text).toBe(200);
    const { access_token, ...body } = answer.body;
    expect(body).toMatchObject({ token_type: 'Bearer', created_at: expect.any(Number) });
    const opened = await whoami(access_token);
    if (scope !== undefined) expect([body['scope'], opened.scopes]).toEqual([scope, [scope]]);
    else expect(opened.scopes).toContain('connect:fulfillment');
    expect(opened.user_id).toBe(grantType === userGrant ? 'guest' : undefined);
  });

  it('every other is refused for what is wrong with it, unsent', async () => {
    let tried = 0;
    for (const as of callerNames)
      for (const grantType of grantTypes)
        for (const scope of scopes) {
          const reason = reasonFor(as, grantType, scope);
          if (reason === undefined) continue;
          const answer = await ask(as, grantType, scope);
          const what = `${as} ${grantType} ${scope}`;
          expect(answer.status, what).toBe(/scope_|_scope/.test(reason) ? 400 : 403);
          expect((await world.auditOf(answer))['reason'], what).toBe(reason);
          tried += 1;
        }
    expect(tried).toBe(callerNames.length * grantTypes.length * scopes.length - granted.length + 1);
    expect(world.connect.requests).toEqual([]);
  });

  it('a client that is not granted is no client, whatever the scope', async () => {
    for (const as of callerNames)
      for (const clientId of ['beta', 'unset', 'nobody']) {
        if (as === 'backOffice' && clientId !== 'nobody') continue;
        const answer = await ask(as, applicationGrant, 'connect:fulfillment', clientId);
        expect([answer.status, (await world.auditOf(answer))['reason']]).toEqual([403, 'client']);
      }
    expect(world.connect.requests).toEqual([]);
  });

  it('a scope of another grant type is refused with the grant types that have it', async () => {
    const answer = await ask('backOffice', 'authorization_code', rating);
    expect(answer.body['error_description']).toBe(
      `${rating} is not available for grant_type authorization_code, only for client_credentials or ${userGrant} or ${retailerGrant}. (reason: scope_needs_another_grant_type)`,
    );
  });

  it('left out, is the one that is granted', async () => {
    expect((await ask('checkout', applicationGrant, undefined)).body['scope']).toBe('connect:fulfillment');
    const linking = await ask('linker', 'authorization_code', undefined);
    expect(linking.body['scope']).toBe('account_linking');
    expect(world.connect.requests.at(-1)?.fields['scope']).toBe('account_linking');
  });

  it('left out, is unscoped if that is granted, though named scopes are too', async () => {
    const unscoped = await ask('ledger', applicationGrant, undefined);
    expect(unscoped.status).toBe(200);
    expect(await world.auditOf(unscoped)).toMatchObject({ scopes: [], grant_ids: ['ledger-transactions'] });
    const named = await ask('ledger', applicationGrant, 'connect:ian');
    expect(named.body['scope']).toBe('connect:ian');
    expect(await world.auditOf(named)).toMatchObject({ scopes: ['connect:ian'], grant_ids: ['ledger'] });
    expect(named.body['access_token']).not.toBe(unscoped.body['access_token']);
  });

  it('left out where several are granted, is asked for by their names', async () => {
    const answer = await ask('backOffice', applicationGrant, undefined, 'beta');
    expect(answer.body).toMatchObject({
      error: 'invalid_scope',
      error_description:
        'Name a scope. You are granted: connect:fulfillment, connect:ian. (reason: scope_needed)',
    });
  });

  it('several are joined by a comma, or as the client is set up, whatever the caller wrote', async () => {
    const acme = await ask('backOffice', applicationGrant, 'connect:ian connect:compliance,connect:ian');
    expect(acme.body['scope']).toBe('connect:compliance connect:ian');
    const beta = await ask('backOffice', applicationGrant, 'connect:ian,connect:fulfillment', 'beta');
    expect(beta.body['scope']).toBe('connect:fulfillment connect:ian');
    expect(world.connect.requests.map(({ fields }) => fields['scope'])).toEqual([
      'connect:compliance,connect:ian',
      'connect:fulfillment connect:ian',
    ]);
  });

  it('leave nothing secret behind', () => expectNothingSecret(world));
});
