import fc from 'fast-check';
import type { AccessRequest } from '../../lambda/policy/decision.ts';
import type { Grant, Policy } from '../../lambda/policy/policy.ts';
import type { Identity, Principal } from '../../lambda/policy/principal.ts';
import { type GrantType, grantTypes } from '../../lambda/protocol/scopes.ts';

/** Small enough to ask for everything in it: the names, ids and values of random policies. */
const suffix = '0123456789abcdef';
const set = 'AWSReservedSSO_Ops_';
export const clients = ['acme', 'other'];
const scopes = ['connect:A', 'connect:B'];
const users = ['Ali', 'Alice', 'Bob', 'Ali*', 'Alice*', '*'];
const uris = ['https://shop.example/one', 'https://shop.example/two'];
const retailers = ['the-garden', 'the-barn'];

const place = { partition: 'aws', account: '111122223333' } as const;
const role = (name: string): Identity => ({ ...place, kind: 'role', name });

export const identities: Identity[] = [
  ...['Apis', 'Apish', 'Apish-2', 'Apiso', 'Batch', `${set}${suffix}`, `${set}Admin_${suffix}`].map(role),
  ...[`${set}00000000000000aa`, `${set}00000000000000bb`, 'Apishs', 'Apish-3'].map(role),
  { ...place, kind: 'user', name: 'Apish' },
  { ...place, account: '444455556666', kind: 'role', name: 'Apish' },
];

const principals: Principal[] = [
  ...identities
    // What a prefix or a permission set matches besides roles that are named.
    .filter(({ name }) => !['Apiso', 'Batch', 'Apishs', 'Apish-3', `${set}00000000000000bb`].includes(name))
    .map((one): Principal => ({ ...one, match: 'exact' })),
  ...['Apis', 'Apish', 'Apish-', 'Batc'].map((name): Principal => ({ ...role(name), match: 'prefix' })),
  { ...role(set), match: 'permissionSet' },
];

export function hasUser(grantType: GrantType): boolean {
  return grantType.includes('assertion') || grantType.includes('bearer');
}

/** As the compiler writes them: the limits that the grant type has, and no others. */
const grant: fc.Arbitrary<Grant> = fc
  .record({
    principals: fc.subarray(principals, { minLength: 1, maxLength: 3 }),
    client: fc.constantFrom(...clients),
    grantType: fc.constantFrom(...grantTypes),
    scopes: fc.subarray(scopes),
    retailerIds: fc.subarray(retailers),
    users: fc.subarray(users, { minLength: 1 }),
    redirectUris: fc.subarray(uris, { minLength: 1 }),
    maxMinTtlMs: fc.constantFrom(undefined, 0, 60_000, 7_200_000),
    revoke: fc.boolean(),
  })
  .map(({ maxMinTtlMs, ...fields }) => ({
    id: 'one',
    ...fields,
    scopes:
      fields.grantType === 'client_credentials' || fields.scopes.length > 0 ? fields.scopes : ['connect:A'],
    unscoped: fields.grantType === 'client_credentials' && fields.scopes.length === 0,
    users: usersOf(fields.grantType, fields.users),
    redirectUris: fields.grantType === 'authorization_code' ? fields.redirectUris : [],
    ...(maxMinTtlMs !== undefined && { maxMinTtlMs }),
  }));

function usersOf(grantType: GrantType, given: string[]): string[] {
  if (!hasUser(grantType)) return [];
  return grantType === 'fulfillment_user_assertion' ? given : ['*'];
}

export function policyOf(grants: readonly Grant[]): Policy {
  const names = grants.map((one, index) => ({ ...one, id: `grant-${index}` }));
  return {
    clients: clients.map((name) => ({
      name,
      baseUrl: 'https://connect.instacart.com',
      secretId: `connect/${name}`,
      scopeSeparator: ',',
      privateScopes: Object.fromEntries(scopes.map((scope) => [scope, [...grantTypes]])),
    })),
    grants: names,
    keepWarm: [],
  };
}

export const policy: fc.Arbitrary<Policy> = fc.array(grant, { minLength: 1, maxLength: 5 }).map(policyOf);

/** A policy and one that somebody made of it: some grants dropped, added, changed in one field, and split in two. */
export const policyPair: fc.Arbitrary<[Policy, Policy]> = fc
  .tuple(fc.array(fc.tuple(grant, grant, fc.nat(9)), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([entries, isReversed]) => {
    const before = policyOf(entries.map(([one]) => one));
    const after = policyOf(
      entries.flatMap(([one, other, change]) => changed(one, other, change)).toReversed(),
    );
    return isReversed ? [after, before] : [before, after];
  });

function changed(one: Grant, other: Grant, change: number): Grant[] {
  const [first, ...rest] = one.principals;
  switch (change) {
    case 0:
      return [];
    case 1:
      return [one, other];
    case 2:
      return [{ ...one, retailerIds: other.retailerIds }];
    case 3:
      return [{ ...one, principals: other.principals }];
    case 4:
      return [{ ...one, users: one.users.length > 0 ? usersOf(one.grantType, ['Ali*', 'Bob']) : [] }];
    case 5:
      return [{ ...one, revoke: !one.revoke }];
    case 6:
      return [{ ...one, maxMinTtlMs: 60_000 }];
    case 7:
      return rest.length === 0 || first === undefined
        ? [one, { ...one, retailerIds: [] }]
        : [
            { ...one, principals: [first] },
            { ...one, principals: rest },
          ];
    default:
      return [one];
  }
}

/** Every request of the small world, by one client. Requests for two scopes are among them. */
export function everyRequest(client: string): AccessRequest[] {
  return grantTypes.flatMap((grantType) => {
    const none = grantType === 'client_credentials' ? [[]] : [];
    const shoppers = ['Ali', 'Alice', 'Alicia', 'Alice-2', 'Bob', 'Zoe'];
    const userIds = grantType === 'fulfillment_user_assertion' ? shoppers : [undefined];
    const redirectUris = grantType === 'authorization_code' ? [...uris, `${uris[0]}/`] : [undefined];
    let requests: AccessRequest[] = [['connect:A'], ['connect:B'], scopes, ...none].map((asked) => ({
      client,
      grantType,
      scopes: asked,
    }));
    const vary = <K extends keyof AccessRequest>(key: K, values: ReadonlyArray<AccessRequest[K]>) => {
      requests = requests.flatMap((request) => values.map((value) => ({ ...request, [key]: value })));
    };
    vary('userId', userIds);
    vary('redirectUri', redirectUris);
    vary('retailerId', [undefined, ...retailers, 'the-mill']);
    vary('minTtlMs', [0, 60_000, 61_000]);
    return requests;
  });
}
