import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccessRequest, decide, grantedScopes } from '../../lambda/policy/decision.ts';
import type { Grant, Policy } from '../../lambda/policy/policy.ts';
import type { Identity, Principal } from '../../lambda/policy/principal.ts';
import type { GrantType } from '../../lambda/protocol/scopes.ts';

const names = [
  'api',
  'api-2',
  'ap',
  'AWSReservedSSO_Ops_0123456789abcdef',
  'AWSReservedSSO_Ops_Admin_0123456789abcdef',
];
const accounts = ['111122223333', '444455556666'];
const grantTypes: GrantType[] = [
  'client_credentials',
  'fulfillment_user_assertion',
  'urn:ietf:params:oauth:grant-type:retailer-json-bearer',
  'authorization_code',
];
const scopes = ['a', 'b', 'c'];
const users = ['alice', 'alice2', 'bob', '*'];

const identity: fc.Arbitrary<Identity> = fc.record({
  partition: fc.constantFrom('aws', 'aws-us-gov'),
  account: fc.constantFrom(...accounts),
  kind: fc.constantFrom('role' as const, 'user' as const),
  name: fc.constantFrom(...names),
});
const principal: fc.Arbitrary<Principal> = fc.oneof(
  identity.map((value) => ({ ...value, match: 'exact' as const })),
  identity.map((value) => ({ ...value, name: 'ap', match: 'prefix' as const })),
  identity.map((value) => ({ ...value, name: 'AWSReservedSSO_Ops_', match: 'permissionSet' as const })),
);
const grant: fc.Arbitrary<Grant> = fc
  .record({
    id: fc.string({ minLength: 1, maxLength: 3 }),
    principals: fc.array(principal, { minLength: 1, maxLength: 3 }),
    client: fc.constantFrom('acme', 'other'),
    grantType: fc.constantFrom(...grantTypes),
    scopes: fc.subarray(scopes),
    retailerIds: fc.subarray(['r1', 'r2']),
    users: fc.subarray(['alice', 'ali*', 'bob', '*']),
    redirectUris: fc.subarray(['https://a.example/', 'https://b.example/']),
  })
  .map((value) => ({ ...value, unscoped: value.scopes.length === 0 }));
const ask: fc.Arbitrary<AccessRequest> = fc.record({
  client: fc.constantFrom('acme', 'other', 'absent'),
  grantType: fc.constantFrom(...grantTypes),
  scopes: fc.subarray(scopes),
  userId: fc.option(fc.constantFrom(...users), { nil: undefined }),
  redirectUri: fc.option(fc.constantFrom('https://a.example/', 'https://c.example/'), { nil: undefined }),
  retailerId: fc.option(fc.constantFrom('r1', 'r2', 'r3'), { nil: undefined }),
});

/** Says the same in another way: writes every grant out into all it allows, as strings, and looks the request up. */
function oracle({ grants }: Policy, caller: Identity, asked: AccessRequest): boolean {
  const wanted = asked.scopes.length === 0 ? ['(none)'] : asked.scopes;
  return wanted.every((scope) => grants.some((one) => everything(one).has(sentence(caller, asked, scope))));
}

function sentence(who: Identity, asked: AccessRequest, scope: string): string {
  const user = asked.grantType.includes('assertion') ? (asked.userId ?? '(unknown)') : '';
  const opaque = asked.grantType.includes('bearer') ? (asked.userId ?? '(unknown)') : '';
  const uri = asked.grantType === 'authorization_code' ? (asked.redirectUri ?? '(none)') : '';
  return [
    who.partition,
    who.account,
    who.kind,
    who.name,
    asked.client,
    asked.grantType,
    scope,
    user,
    opaque,
    uri,
    asked.retailerId ?? '',
  ].join('|');
}

function everything(one: Grant): Set<string> {
  const all = new Set<string>();
  const covered = (patterns: readonly string[]) =>
    [...users, '(unknown)'].filter((name) =>
      patterns.some(
        (pattern) =>
          pattern === '*' ||
          (name !== '(unknown)' &&
            (pattern === name || (pattern === 'ali*' && ['alice', 'alice2'].includes(name)))),
      ),
    );
  const usersOf = one.grantType.includes('assertion') ? covered(one.users) : [''];
  const opaqueOf = one.grantType.includes('bearer') ? covered(one.users) : [''];
  const uris = one.grantType === 'authorization_code' ? one.redirectUris : [''];
  for (const who of one.principals)
    for (const name of namesOf(who))
      for (const scope of one.unscoped ? ['(none)'] : one.scopes)
        for (const user of usersOf)
          for (const opaque of opaqueOf)
            for (const uri of uris)
              for (const retailer of ['', ...one.retailerIds])
                all.add(
                  [
                    who.partition,
                    who.account,
                    who.kind,
                    name,
                    one.client,
                    one.grantType,
                    scope,
                    user,
                    opaque,
                    uri,
                    retailer,
                  ].join('|'),
                );
  return all;
}

function namesOf(who: Principal): string[] {
  if (who.match === 'prefix') return ['api', 'api-2', 'ap'];
  return who.match === 'permissionSet' ? ['AWSReservedSSO_Ops_0123456789abcdef'] : [who.name];
}

/** A request made after one of the policy's own grants, with some of it replaced by chance: near misses. */
const situation = fc
  .tuple(fc.array(grant, { minLength: 1, maxLength: 6 }), identity, ask, fc.nat(), fc.nat(255))
  .map(([grants, caller, asked, index, replaced]) => {
    const rules: Policy = { clients: [], grants, keepWarm: [] };
    const like = grants[index % grants.length] as Grant;
    const keep = (bit: number) => (replaced & (1 << bit)) === 0 || replaced % 3 === 0;
    const { match, ...who } = like.principals[0] as Principal;
    const near: AccessRequest = {
      client: keep(0) ? like.client : asked.client,
      grantType: keep(1) ? like.grantType : asked.grantType,
      scopes: keep(2) ? like.scopes : asked.scopes,
      userId: keep(3) ? like.users[0]?.replace('ali*', 'alice2') : asked.userId,
      redirectUri: keep(4) ? like.redirectUris[0] : asked.redirectUri,
      retailerId: keep(5) ? like.retailerIds[0] : asked.retailerId,
    };
    const name = match === 'exact' ? who.name : (names.find((one) => one.startsWith(who.name)) ?? who.name);
    return { rules, caller: keep(6) ? { ...who, name } : caller, asked: near };
  });

describe('the policy', () => {
  it('decides as a brute-force oracle does', () => {
    let allowed = 0;
    fc.assert(
      fc.property(situation, ({ rules, caller, asked }) => {
        const decision = decide(rules, caller, asked);
        if (decision.allow) allowed += 1;
        expect(decision.allow).toBe(oracle(rules, caller, asked));
      }),
      { numRuns: 10_000 },
    );
    expect(allowed).toBeGreaterThan(1_000);
  });

  it('never allows more with one grant less', () => {
    fc.assert(
      fc.property(situation, ({ rules, caller, asked }) => {
        const fewer = { ...rules, grants: rules.grants.slice(1) };
        if (decide(fewer, caller, asked).allow) expect(decide(rules, caller, asked).allow).toBe(true);
      }),
    );
  });

  it('takes all conditions of one grant together, never pieces of two', () => {
    const base: Grant = {
      id: 'one',
      principals: [{ partition: 'aws', account: '111122223333', kind: 'role', name: 'api', match: 'exact' }],
      client: 'acme',
      grantType: 'fulfillment_user_assertion',
      scopes: ['a'],
      unscoped: false,
      retailerIds: ['r1'],
      users: ['alice'],
      redirectUris: [],
    };
    const rules: Policy = {
      clients: [],
      grants: [base, { ...base, id: 'two', users: ['bob'], retailerIds: ['r2'] }],
      keepWarm: [],
    };
    const caller: Identity = { partition: 'aws', account: '111122223333', kind: 'role', name: 'api' };
    const asked: AccessRequest = {
      client: 'acme',
      grantType: 'fulfillment_user_assertion',
      scopes: ['a'],
      userId: 'alice',
    };
    expect(decide(rules, caller, { ...asked, retailerId: 'r1' })).toEqual({ allow: true, grantIds: ['one'] });
    expect(decide(rules, caller, { ...asked, retailerId: 'r2' })).toEqual({
      allow: false,
      reason: 'retailer_id',
    });
  });

  it('lists what a request without a scope could mean', () => {
    fc.assert(
      fc.property(situation, ({ rules, caller, asked }) => {
        const granted = grantedScopes(rules, caller, asked);
        const mine = rules.grants.filter(
          (one) =>
            one.client === asked.client &&
            one.grantType === asked.grantType &&
            one.principals.some(
              (who) =>
                who.partition === caller.partition &&
                who.account === caller.account &&
                who.kind === caller.kind &&
                namesOf(who).includes(caller.name),
            ),
        );
        expect(granted.allow).toBe(mine.length > 0);
        if (granted.allow)
          expect(new Set(granted.scopes)).toEqual(new Set(mine.flatMap((one) => one.scopes)));
      }),
    );
  });
});
