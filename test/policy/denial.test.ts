import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DenialReason, decide } from '../../lambda/policy/decision.ts';
import { describeDenial } from '../../lambda/policy/denial.ts';
import type { Grant } from '../../lambda/policy/policy.ts';
import { shortList } from '../../lambda/values/short-list.ts';
import { grantsByOracle, grantsToCaller } from './oracle.ts';
import { policyOf, type Situation, situation } from './samples.ts';

type Change = Partial<Situation['request']>;

/** What the denied caller could have asked for instead, found by asking the oracle for each value that a grant has. */
const instead: Partial<Record<DenialReason, (sample: Situation) => string>> = {
  client: (sample) => shortList(grantsToCaller(sample, 'caller').map(({ client }) => client)),
  grant_type: (sample) => shortList(grantsToCaller(sample, 'client').map(({ grantType }) => grantType)),
  scope: (sample) =>
    shortList(
      grantsToCaller(sample).flatMap(({ unscoped, scopes }) =>
        unscoped ? 'a token without a scope' : scopes,
      ),
    ),
  redirect_uri: (sample) =>
    shortList(
      allowed(
        sample,
        ({ redirectUris }) => redirectUris,
        (redirectUri) => ({ redirectUri }),
      ),
    ),
  retailer_id: (sample) =>
    shortList(
      allowed(
        sample,
        ({ retailerIds }) => retailerIds,
        (retailerId) => ({ retailerId }),
      ),
    ),
  max_min_ttl: (sample) => {
    const figures = allowed(
      sample,
      ({ maxMinTtlMs = -1 }) => [maxMinTtlMs],
      (minTtlMs) => ({ minTtlMs }),
    );
    return `${Math.max(...figures) / 1000} seconds`;
  },
};

/** The values of any grant with which the first scope that is denied would have been allowed. */
function allowed<Value>(
  { policy, caller, request }: Situation,
  valuesOf: (grant: Grant) => readonly Value[],
  change: (value: Value) => Change,
): Value[] {
  const scope = request.scopes.find(
    (one) => !grantsByOracle({ policy, caller, request: { ...request, scopes: [one] } }),
  );
  const scopes = scope === undefined ? [] : [scope];
  return policy.grants
    .flatMap(valuesOf)
    .filter((value) => grantsByOracle({ policy, caller, request: { ...request, scopes, ...change(value) } }));
}

describe('what a denied caller is told', () => {
  it('is who signed, and what would have been allowed instead: nothing less, nothing more', () => {
    const met = new Map<string, number>();
    fc.assert(
      fc.property(situation, (sample) => {
        const { policy, caller, request } = sample;
        const decision = decide(policy, caller, request);
        if (decision.allow) return;
        const { reason } = decision;
        met.set(reason, (met.get(reason) ?? 0) + 1);
        const text = describeDenial(policy, caller, request, reason);
        const signer = `You signed as ${caller.kind}/${caller.name} of ${caller.account}. The policy `;
        expect(text.slice(0, signer.length)).toBe(signer);
        const says = instead[reason]?.(sample);
        const granted = /You are granted[^:]*?(?:: | at most )(.*)\.$/.exec(text)?.[1];
        expect(granted, text).toBe(says);
      }),
      { numRuns: 10_000 },
    );
    const reasons = ['caller', 'client', 'grant_type', 'scope', 'user', 'redirect_uri', 'retailer_id'];
    for (const reason of [...reasons, 'max_min_ttl'])
      expect(met.get(reason), reason).toBeGreaterThanOrEqual(10);
  });

  const api = { partition: 'aws', account: '111122223333', kind: 'role', name: 'api' } as const;
  const mine: Grant = {
    id: 'one',
    principals: [{ ...api, match: 'exact' }],
    client: 'acme',
    grantType: 'authorization_code',
    scopes: ['account_linking', 'connect:other'],
    unscoped: false,
    retailerIds: ['the-garden'],
    users: [],
    redirectUris: ['https://shop.example/b', 'https://shop.example/a'],
    maxMinTtlMs: 600_000,
    revoke: false,
  };
  const policy = policyOf([
    mine,
    { ...mine, id: 'two', client: 'beta', scopes: [], unscoped: true, revoke: true },
    { ...mine, id: 'three', maxMinTtlMs: 300_000, redirectUris: [] },
    { ...mine, id: 'of others', client: 'gamma', principals: [{ ...api, name: 'other', match: 'exact' }] },
  ]);
  const request: Situation['request'] = {
    client: 'acme',
    grantType: 'authorization_code',
    scopes: ['account_linking'],
    redirectUri: 'https://shop.example/a',
    retailerId: 'the-garden',
    minTtlMs: 600_000,
  };

  // biome-ignore format: a row a line
  const texts: Array<[DenialReason, Change, string]> = [
    ['client', { client: 'gamma' }, 'The policy does not grant you that client_id. You are granted: acme, beta.'],
    ['grant_type', { grantType: 'client_credentials' }, 'The policy does not grant you that grant_type for this client. You are granted for it: authorization_code.'],
    ['scope', { scopes: ['connect:ian'] }, 'The policy does not grant you that scope by this grant_type. You are granted for this client: account_linking, connect:other.'],
    ['scope', { scopes: ['account_linking', 'connect:ian'] }, 'The policy does not grant you all of those scopes by this grant_type. You are granted for this client: account_linking, connect:other.'],
    ['scope', { scopes: [] }, 'The policy does not grant you a token without a scope by this grant_type. You are granted for this client: account_linking, connect:other.'],
    ['scope', { client: 'beta' }, 'The policy does not grant you that scope by this grant_type. You are granted for this client: a token without a scope.'],
    ['redirect_uri', { redirectUri: 'https://shop.example/c' }, 'The policy does not grant you that redirect_uri. You are granted with the rest of this request: https://shop.example/a, https://shop.example/b.'],
    ['redirect_uri', { redirectUri: 'https://shop.example/c', retailerId: 'other' }, 'The policy does not grant you that redirect_uri. You are granted with the rest of this request: none.'],
    ['retailer_id', { retailerId: 'other' }, 'The policy does not grant you that X-Retailer-Id. You are granted with the rest of this request: the-garden.'],
    ['max_min_ttl', { minTtlMs: 601_000 }, 'The policy does not grant you that much min_ttl. You are granted at most 600 seconds.'],
  ];
  it.each(texts)('for %s with %j', (reason, change, says) => {
    const asked = { ...request, ...change };
    expect(decide(policy, api, request)).toMatchObject({ allow: true });
    expect(decide(policy, api, asked)).toEqual({ allow: false, reason });
    const text = describeDenial(policy, api, asked, reason);
    expect(text).toBe(`You signed as role/api of 111122223333. ${says}`);
  });

  it('for a user names no user', () => {
    const users: Grant = { ...mine, grantType: 'fulfillment_user_assertion', users: ['alice', 'shopper-*'] };
    expect(describeDenial(policyOf([users]), api, { ...request, userId: 'bob' }, 'user')).toBe(
      'You signed as role/api of 111122223333. The policy does not grant you that user.',
    );
  });

  it('for an IAM user, who is granted nothing, says that it was a user', () => {
    expect(describeDenial(policy, { ...api, kind: 'user' }, {}, 'caller')).toBe(
      'You signed as user/api of 111122223333. The policy grants you nothing.',
    );
  });

  it('for a revocation names the clients whose tokens this caller may revoke', () => {
    const revocation = (list: readonly Grant[]) =>
      describeDenial(policyOf(list), api, { client: 'acme' }, 'revoke');
    const says = 'The policy does not let you revoke tokens of this client. You may revoke tokens of:';
    expect(revocation(policy.grants)).toBe(`You signed as role/api of 111122223333. ${says} beta.`);
    expect(revocation([mine])).toBe(`You signed as role/api of 111122223333. ${says} none.`);
  });

  it('is at most 1 000 characters, however much is granted, and counts what it leaves out', () => {
    const api64 = { ...api, name: 'a'.repeat(64) };
    const many = Array.from({ length: 100 }, (_, index) => `https://shop.example/callback/${index + 100}`);
    const grant: Grant = { ...mine, principals: [{ ...api64, match: 'exact' }], redirectUris: many };
    const asked = { ...request, redirectUri: 'https://shop.example/' };
    const text = describeDenial(policyOf([grant]), api64, asked, 'redirect_uri');
    expect(text).toMatch(/callback\/116 and 83 more\.$/);
    expect(text.length).toBeLessThan(950);
  });
});
