import { describe, expect, it } from 'vitest';
import { type DenialReason, decide, grantedScopes } from '../../lambda/policy/decision.ts';
import type { Grant } from '../../lambda/policy/policy.ts';
import { policyOf } from './samples.ts';

const granted: Grant = {
  id: 'order-history',
  principals: [{ partition: 'aws', account: '111122223333', kind: 'role', name: 'api', match: 'exact' }],
  client: 'acme',
  grantType: 'fulfillment_user_assertion',
  scopes: ['connect:post_checkout'],
  unscoped: false,
  retailerIds: ['the-garden'],
  users: ['alice'],
  redirectUris: [],
  revoke: false,
};
const linking: Grant = {
  ...granted,
  id: 'linking',
  grantType: 'authorization_code',
  users: [],
  redirectUris: ['https://shop.example/callback'],
};

type Asked = {
  name: string;
  client: string;
  grantType: Grant['grantType'];
  scope: string;
  userId: string | undefined;
  redirectUri: string | undefined;
  retailerId: string | undefined;
};

/** A request that the grant allows. */
function asked({ client, grantType, users, redirectUris }: Grant): Asked {
  const scope = 'connect:post_checkout';
  const [[userId], [redirectUri]] = [users, redirectUris];
  return { name: 'api', client, grantType, scope, userId, redirectUri, retailerId: 'the-garden' };
}

function reasonOf(grant: Grant, { name, scope, ...rest }: Asked): DenialReason | 'none' {
  const caller = { partition: 'aws', account: '111122223333', kind: 'role' as const, name };
  const decision = decide(policyOf([grant]), caller, { ...rest, scopes: [scope] });
  return decision.allow ? 'none' : decision.reason;
}

/** In the order in which a caller is told of them. */
const deviations: Array<[DenialReason, Partial<Asked>]> = [
  ['caller', { name: 'another' }],
  ['client', { client: 'another' }],
  ['grant_type', { grantType: 'client_credentials' }],
  ['scope', { scope: 'connect:ian' }],
  ['user', { userId: 'bob' }],
  ['redirect_uri', { redirectUri: 'https://shop.example/other' }],
  ['retailer_id', { retailerId: 'another' }],
];

describe('a denied request', () => {
  it.each([granted, linking])('is allowed but for its deviation ($id)', (grant) => {
    expect(reasonOf(grant, asked(grant))).toBe('none');
  });

  it.each(deviations)('is told %s where nothing else is wrong', (reason, deviation) => {
    const grant = reason === 'redirect_uri' ? linking : granted;
    expect(reasonOf(grant, { ...asked(grant), ...deviation })).toBe(reason);
  });

  it.each(deviations.map(([reason], index) => [reason, index] as const))(
    'is told %s first where all that comes after is wrong too',
    (reason, index) => {
      const grant = reason === 'redirect_uri' ? linking : granted;
      const wrong = Object.assign({}, ...deviations.slice(index).map(([, deviation]) => deviation));
      expect(reasonOf(grant, { ...asked(grant), ...wrong })).toBe(reason);
    },
  );

  it('is told user where it names no user, and redirect_uri where it names no redirect URI', () => {
    expect(reasonOf(granted, { ...asked(granted), userId: undefined })).toBe('user');
    expect(reasonOf(linking, { ...asked(linking), redirectUri: undefined })).toBe('redirect_uri');
  });

  it.each(deviations.slice(0, 3))('without a scope is told %s alike', (reason, deviation) => {
    const { name, client, grantType } = { ...asked(granted), ...deviation };
    const caller = { partition: 'aws', account: '111122223333', kind: 'role' as const, name };
    expect(grantedScopes(policyOf([granted]), caller, { client, grantType })).toEqual({
      allow: false,
      reason,
    });
  });
});
