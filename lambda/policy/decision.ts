import type { GrantType } from '../protocol/scopes.ts';
import { grantsTo } from './grants-to.ts';
import type { Grant, Policy } from './policy.ts';
import { type Identity, matchesPrincipal } from './principal.ts';

/** What a caller asks for. Without scopes it is the unscoped token. */
export type AccessRequest = {
  client: string;
  grantType: GrantType;
  scopes: readonly string[];
  userId?: string | undefined;
  redirectUri?: string | undefined;
  retailerId?: string | undefined;
  /** The least remaining life that the caller accepts. Absent: any. */
  minTtlMs?: number | undefined;
};

/** The first thing that no grant matched. It is the same for what does not exist and for what is not granted. */
export type DenialReason =
  | 'caller'
  | 'client'
  | 'grant_type'
  | 'scope'
  | 'user'
  | 'redirect_uri'
  | 'retailer_id'
  | 'max_min_ttl'
  | 'revoke';

export type Denial = { allow: false; reason: DenialReason };

export type Decision = { allow: true; grantIds: string[] } | Denial;

/** One thing that a grant must match, and the reason of a denial where no grant does. */
export type Condition = readonly [DenialReason, (grant: Grant) => boolean];

/** The same for any request. The scope is the one of the request that is to be covered; undefined: the unscoped token. */
type Rule<Asked> = readonly [
  DenialReason,
  (grant: Grant, asked: Asked, scope: string | undefined) => boolean,
];

/**
 * For each scope, one grant must match caller, client, grant type, user, redirect URI, retailer id and `min_ttl` together.
 * Two grants are never combined to cover one scope.
 */
export function decide(policy: Policy, caller: Identity, request: AccessRequest): Decision {
  const granted = grantsTo(policy, caller);
  const wanted = request.scopes.length === 0 ? [undefined] : request.scopes;
  const grantIds = new Set<string>();
  for (const scope of wanted) {
    const covered = filterGrants(granted, rules, request, scope);
    if (!covered.allow) return covered;
    for (const grant of covered.grants) grantIds.add(grant.id);
  }
  return { allow: true, grantIds: [...grantIds] };
}

/** What a grant must match to cover one scope of the request, in the order in which they are checked. */
export function conditionsOf(
  caller: Identity,
  request: AccessRequest,
  scope: string | undefined,
): readonly Condition[] {
  const rest = rules.map(([reason, holds]): Condition => [reason, (grant) => holds(grant, request, scope)]);
  return [
    ['caller', ({ principals }) => principals.some((principal) => matchesPrincipal(principal, caller))],
    ...rest,
  ];
}

type Asked = Pick<AccessRequest, 'client' | 'grantType'>;

const isForClient: Rule<Pick<AccessRequest, 'client'>> = [
  'client',
  (grant, { client }) => grant.client === client,
];
const isForGrantType: readonly Rule<Asked>[] = [
  isForClient,
  ['grant_type', (grant, { grantType }) => grant.grantType === grantType],
];
const isRevocable: readonly Rule<Pick<AccessRequest, 'client'>>[] = [
  isForClient,
  ['revoke', (grant) => grant.revoke],
];
/** In the order in which they are checked. */
const rules: readonly Rule<AccessRequest>[] = [
  ...isForGrantType,
  ['scope', (grant, _, scope) => (scope === undefined ? grant.unscoped : grant.scopes.includes(scope))],
  ['user', coversUser],
  ['redirect_uri', coversRedirectUri],
  ['retailer_id', coversRetailer],
  ['max_min_ttl', coversMinTtl],
];

/** Whether the caller may revoke the client's tokens. */
export function decideRevocation(policy: Policy, caller: Identity, client: string): Decision {
  const covered = filterGrants(grantsTo(policy, caller), isRevocable, { client });
  return covered.allow ? { allow: true, grantIds: covered.grants.map(({ id }) => id) } : covered;
}

/** The names of the clients that this caller is granted anything for, sorted. */
export function clientsGrantedTo(policy: Policy, caller: Identity): string[] {
  return distinct(grantsTo(policy, caller).map(({ client }) => client));
}

/** What a request without a scope can mean: the unscoped token, or one of the scopes that the caller is granted. */
export function grantedScopes(
  policy: Policy,
  caller: Identity,
  request: Asked,
): { allow: true; unscoped: boolean; scopes: string[] } | Denial {
  const granted = filterGrants(grantsTo(policy, caller), isForGrantType, request);
  if (!granted.allow) return granted;
  return {
    allow: true,
    unscoped: granted.grants.some((grant) => grant.unscoped),
    scopes: distinct(granted.grants.flatMap(({ scopes }) => scopes)),
  };
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

type FilteredGrants = { allow: true; grants: readonly Grant[] } | Denial;

/** Of the grants to a caller, those that meet every rule. */
function filterGrants<Request>(
  granted: readonly Grant[],
  checks: readonly Rule<Request>[],
  request: Request,
  scope?: string,
): FilteredGrants {
  const grants = granted.filter((grant) => checks.every(([, holds]) => holds(grant, request, scope)));
  if (grants.length > 0) return { allow: true, grants };
  let reason: DenialReason = 'caller';
  let left = granted;
  for (const [next, holds] of checks) {
    if (left.length === 0) break;
    left = left.filter((grant) => holds(grant, request, scope));
    reason = next;
  }
  return { allow: false, reason };
}

function coversUser(grant: Grant, { grantType, userId }: AccessRequest): boolean {
  if (grantType === 'client_credentials' || grantType === 'authorization_code') return true;
  return grant.users.some((pattern) => matchesUser(pattern, userId));
}

/** The user id in a retailer-json-bearer assertion is unknown to us, so only `*` covers it. */
function matchesUser(pattern: string, userId: string | undefined): boolean {
  if (pattern === '*') return true;
  if (userId === undefined) return false;
  return pattern.endsWith('*') ? userId.startsWith(pattern.slice(0, -1)) : userId === pattern;
}

function coversRedirectUri(grant: Grant, { grantType, redirectUri }: AccessRequest): boolean {
  if (grantType !== 'authorization_code') return true;
  return grant.redirectUris.some((granted) => granted === redirectUri);
}

function coversRetailer({ retailerIds }: Grant, { retailerId }: AccessRequest): boolean {
  return retailerId === undefined || retailerIds.includes(retailerId);
}

function coversMinTtl(
  { maxMinTtlMs = Number.POSITIVE_INFINITY }: Grant,
  { minTtlMs = 0 }: AccessRequest,
): boolean {
  return minTtlMs <= maxMinTtlMs;
}
