import fc from 'fast-check';
import type { AccessRequest } from '../../lambda/policy/decision.ts';
import type { Grant, Policy } from '../../lambda/policy/policy.ts';
import type { Principal } from '../../lambda/policy/principal.ts';
import { type GrantType, grantTypes } from '../../lambda/protocol/scopes.ts';
import { clientOf } from './http-handler.ts';

/** A word that is found again wherever it appears: `Zq` and `qZ` around what it is of. */
const mark = (of: string) => `Zq${of}qZ`;

export function marksIn(text: string): string[] {
  return text.match(/Zq\w+?qZ/g) ?? [];
}

/** The caller of every sample: none of its own words is marked. */
const caller = { partition: 'aws', account: '111122223333', kind: 'role', name: 'checkout-api' } as const;

const own: Principal[] = [
  { ...caller, match: 'exact' },
  { ...caller, name: 'checkout-', match: 'prefix' },
];

const ofOthers = (index: number): Principal[] => [
  { ...caller, name: mark(`${index}role`), match: 'exact' },
  { ...caller, name: mark(`${index}roles`), match: 'prefix' },
  { ...caller, account: `${900_000_000_000 + index}`, match: 'exact' },
  { ...caller, kind: 'user', match: 'exact' },
  { ...caller, name: 'checkout-api', match: 'permissionSet' },
];

/** The least figure of a grant is below the least that a request asks for. */
const minTtlMs = (index: number) => (1_001 + index) * 1_000;

type Shape = {
  isOwn: boolean;
  principal: number;
  client: number;
  grantType: GrantType;
  isUnscoped: boolean;
  isBounded: boolean;
  hasRetailers: boolean;
  hasAnyUser: boolean;
};

/** Whose grants share a client share that word; every other word is of one grant alone. */
function grantOf(index: number, shape: Shape): Grant {
  const { isOwn, principal, grantType, isUnscoped, isBounded, hasRetailers, hasAnyUser } = shape;
  const principals = isOwn ? own : ofOthers(index);
  const isForUser = grantType.includes('assertion') || grantType.includes('bearer');
  return {
    id: mark(`${index}id`),
    principals: [principals[principal % principals.length] as Principal],
    client: mark(`${shape.client}client`),
    grantType,
    scopes: isUnscoped ? [] : [mark(`${index}scope`), mark(`${index}scope2`)],
    unscoped: isUnscoped,
    retailerIds: hasRetailers ? [mark(`${index}retailer`)] : [],
    users: isForUser ? [hasAnyUser ? '*' : mark(`${index}user`), `${mark(`${index}users`)}*`] : [],
    redirectUris: grantType === 'authorization_code' ? [`https://${mark(`${index}redirect`)}.example/`] : [],
    ...(isBounded && { maxMinTtlMs: minTtlMs(index) }),
    revoke: false,
  };
}

const shape: fc.Arbitrary<Shape> = fc.record({
  isOwn: fc.boolean(),
  principal: fc.nat(9),
  client: fc.nat(2),
  grantType: fc.constantFrom(...grantTypes),
  isUnscoped: fc.nat(4).map((number) => number === 0),
  isBounded: fc.boolean(),
  hasRetailers: fc.boolean(),
  hasAnyUser: fc.boolean(),
});

const count = 6;

/** Every scope that a sample's grant can have is one of each client, by every grant type. */
const privateScopes = Object.fromEntries(
  [...Array.from({ length: 2 * count }, (_, index) => index), 'asked'].flatMap((of) =>
    ['scope', 'scope2'].map((kind) => [mark(`${of}${kind}`), grantTypes] as const),
  ),
);
const clients = [0, 1, 2].map((index) => ({ ...clientOf(mark(`${index}client`)), privateScopes }));

export type MarkedRequest = Omit<AccessRequest, 'client' | 'scopes'> & {
  client: string | undefined;
  scopes: readonly string[] | undefined;
};

/** What no grant has. */
const unheardOf: MarkedRequest = {
  client: mark('askedclient'),
  grantType: 'client_credentials',
  scopes: [mark('askedscope')],
  userId: mark('askeduser'),
  redirectUri: `https://${mark('askedredirect')}.example/`,
  retailerId: mark('askedretailer'),
  minTtlMs: 7_000_000,
};

/** A request with each of its fields from one grant, from another grant, from none, or left out. */
function requestFor(like: Grant, other: Grant, choices: readonly number[]): MarkedRequest {
  const sources = [like, other].map(
    ({ client, grantType, scopes, users, redirectUris, retailerIds }): MarkedRequest => ({
      client,
      grantType,
      scopes: scopes.slice(0, 1),
      userId: users[0]?.replace('*', 'x'),
      redirectUri: redirectUris[0],
      retailerId: retailerIds[0],
      minTtlMs: 0,
    }),
  );
  const [first = unheardOf, second = unheardOf] = sources;
  const choose = <Name extends keyof MarkedRequest>(name: Name, at: number): MarkedRequest[Name] => {
    const choice = choices[at] ?? 0;
    return (choice < 12 ? first : choice < 14 ? second : unheardOf)[name];
  };
  const scopes = choose('scopes', 2) ?? [];
  return {
    client: choices[0] === 0 ? undefined : choose('client', 0),
    grantType: choose('grantType', 1),
    // An empty list is a request without a scope, which means what its caller is granted.
    scopes: scopes.length === 0 || choices[2] === 0 ? undefined : scopes,
    userId: choose('userId', 3) ?? unheardOf.userId,
    redirectUri: choose('redirectUri', 4) ?? unheardOf.redirectUri,
    retailerId: choices[5] === 0 ? undefined : choose('retailerId', 5),
    minTtlMs: choose('minTtlMs', 6),
  };
}

export type MarkedSituation = {
  own: readonly Grant[];
  policy: Policy;
  /** The same for this caller; whatever else differs. */
  samePolicy: Policy;
  request: MarkedRequest;
};

export const markedSituation: fc.Arbitrary<MarkedSituation> = fc
  .record({
    shapes: fc.array(shape, { minLength: 2, maxLength: count }),
    others: fc.array(shape, { maxLength: count }),
    like: fc.nat(),
    other: fc.nat(),
    choices: fc.array(fc.nat(15), { minLength: 7, maxLength: 7 }),
  })
  .map(({ shapes, others, like, other, choices }) => {
    const grants = shapes.map((one, index) => grantOf(index, one));
    const mine = grants.filter((_, index) => shapes[index]?.isOwn);
    const differently = others.map((one, index) => grantOf(count + index, { ...one, isOwn: false }));
    const from = mine.length > 0 && like % 8 !== 0 ? mine : grants;
    return {
      own: mine,
      policy: { clients, grants, keepWarm: [] },
      samePolicy: { clients, grants: [...differently, ...mine], keepWarm: [] },
      request: requestFor(from[like % from.length] as Grant, grants[other % grants.length] as Grant, choices),
    };
  });
