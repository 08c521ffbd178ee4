import fc from 'fast-check';
import type { AccessRequest } from '../../lambda/policy/decision.ts';
import type { Grant, Policy } from '../../lambda/policy/policy.ts';
import type { Identity, Principal } from '../../lambda/policy/principal.ts';
import { type GrantType, grantTypes } from '../../lambda/protocol/scopes.ts';

const suffix = '0123456789abcdef';
const roles = ['Api', 'Api-2', 'Ap', `AWSReservedSSO_Ops_${suffix}`, `AWSReservedSSO_Ops_Admin_${suffix}`];
const scopes = ['connect:A', 'connect:B', 'connect:C'];
const retailers = ['The-Garden', 'The-Barn'];
const redirectUris = ['https://Shop.example/Callback', 'https://shop.example/other'];

const identity: fc.Arbitrary<Identity> = fc.record({
  partition: fc.constantFrom('aws', 'aws-us-gov'),
  account: fc.constantFrom('111122223333', '444455556666'),
  kind: fc.constantFrom('role', 'user'),
  name: fc.constantFrom(...roles),
});

const principal: fc.Arbitrary<Principal> = fc.oneof(
  identity.map((one): Principal => ({ ...one, match: 'exact' })),
  identity.map((one): Principal => ({ ...one, name: 'Ap', match: 'prefix' })),
  identity.map((one): Principal => ({ ...one, name: 'AWSReservedSSO_Ops_', match: 'permissionSet' })),
);

/** Grants as the compiler writes them: users for user grants, redirect URIs for authorization_code. */
export const grant: fc.Arbitrary<Grant> = fc
  .record({
    id: fc.constantFrom('one', 'two', 'three', 'four', 'five', 'six'),
    principals: fc.array(principal, { minLength: 1, maxLength: 3 }),
    client: fc.constantFrom('Acme', 'Other'),
    grantType: fc.constantFrom(...grantTypes),
    scopes: fc.subarray(scopes),
    retailerIds: fc.subarray(retailers),
    users: fc.subarray(['Alice', 'Ali*', 'Bob', '*'], { minLength: 1 }),
    redirectUris: fc.subarray(redirectUris, { minLength: 1 }),
    maxMinTtlMs: fc.constantFrom(undefined, 0, 60_000),
    revoke: fc.boolean(),
  })
  .map(({ maxMinTtlMs, ...fields }) => ({
    ...fields,
    ...(maxMinTtlMs !== undefined && { maxMinTtlMs }),
    unscoped: fields.scopes.length === 0,
    users: hasUser(fields.grantType) ? fields.users : [],
    redirectUris: fields.grantType === 'authorization_code' ? fields.redirectUris : [],
  }));

export function hasUser(grantType: GrantType): boolean {
  return grantType.includes('assertion') || grantType.includes('bearer');
}

export const grants = fc.array(grant, { minLength: 1, maxLength: 6 });

export type Situation = { policy: Policy; caller: Identity; request: AccessRequest };

export function policyOf(list: readonly Grant[]): Policy {
  return { clients: [], grants: list, keepWarm: [] };
}

/** A request that `one` allows for its first principal. `whole` adds to what a prefix needs no more than itself. */
export function allowedBy(one: Grant, whole: boolean): Omit<Situation, 'policy'> {
  const { match, ...who } = one.principals[0] as Principal;
  const more = { exact: '', prefix: whole ? 'i-Eu' : '', permissionSet: suffix }[match];
  return {
    caller: { ...who, name: who.name + more },
    request: {
      client: one.client,
      grantType: one.grantType,
      scopes: one.unscoped ? [] : [one.scopes[0] as string],
      userId: one.users[0]?.replace('*', whole ? 'ce-2' : ''),
      redirectUri: one.redirectUris[0],
      retailerId: one.retailerIds[0],
      minTtlMs: whole ? (one.maxMinTtlMs ?? 61_000) : undefined,
    },
  };
}

const anyRequest: fc.Arbitrary<AccessRequest> = fc.record({
  client: fc.constantFrom('Acme', 'Other', 'Absent'),
  grantType: fc.constantFrom(...grantTypes),
  scopes: fc.subarray(scopes),
  userId: fc.option(fc.constantFrom('Alice', 'Alice-2', 'Bob', '*'), { nil: undefined }),
  redirectUri: fc.option(fc.constantFrom(...redirectUris), { nil: undefined }),
  retailerId: fc.option(fc.constantFrom(...retailers, 'The-Mill'), { nil: undefined }),
  minTtlMs: fc.constantFrom(undefined, 0, 1_000, 60_000, 61_000),
});

/** What one of the policy's own grants allows, with some of it replaced by chance. */
export const situation: fc.Arbitrary<Situation> = fc
  .tuple(grants, identity, anyRequest, fc.nat(), fc.nat(511))
  .map(([list, stranger, other, index, replaced]) => {
    const like = list[index % list.length] as Grant;
    const { caller, request } = allowedBy(like, true);
    const replaces = (bit: number) => replaced % 3 !== 0 && (replaced & (1 << bit)) !== 0;
    return {
      policy: policyOf(list),
      caller: replaces(0) ? stranger : caller,
      request: {
        client: replaces(1) ? other.client : request.client,
        grantType: replaces(2) ? other.grantType : request.grantType,
        scopes: replaces(3) ? other.scopes : like.scopes,
        userId: replaces(4) ? other.userId : request.userId,
        redirectUri: replaces(5) ? other.redirectUri : request.redirectUri,
        retailerId: replaces(6) ? other.retailerId : request.retailerId,
        minTtlMs: replaces(7) ? other.minTtlMs : request.minTtlMs,
      },
    };
  });
