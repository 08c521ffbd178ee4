import type { GrantType } from '../protocol/scopes.ts';
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
};

/** The first thing that no grant matched. It is the same for what does not exist and for what is not granted. */
export type DenialReason =
  | 'caller'
  | 'client'
  | 'grant_type'
  | 'scope'
  | 'user'
  | 'redirect_uri'
  | 'retailer_id';

export type Denial = { allow: false; reason: DenialReason };

export type Decision = { allow: true; grantIds: string[] } | Denial;

/**
 * For each scope, one grant must match caller, client, grant type, user, redirect URI and retailer id together.
 * Two grants are never combined to cover one scope.
 */
export function decide(policy: Policy, caller: Identity, request: AccessRequest): Decision {
  const granted = grantsTo(policy, caller, request);
  if (!granted.allow) return granted;
  const wanted = request.scopes.length === 0 ? [undefined] : request.scopes;
  const grantIds = new Set<string>();
  for (const scope of wanted) {
    const covered = filterGrants(granted.grants, [
      ['scope', (grant) => (scope === undefined ? grant.unscoped : grant.scopes.includes(scope))],
      ['user', (grant) => coversUser(grant, request)],
      ['redirect_uri', (grant) => coversRedirectUri(grant, request)],
      ['retailer_id', (grant) => coversRetailer(grant, request)],
    ]);
    if (!covered.allow) return covered;
    for (const grant of covered.grants) grantIds.add(grant.id);
  }
  return { allow: true, grantIds: [...grantIds] };
}

/** What a request without a scope can mean: the unscoped token, or one of the scopes that the caller is granted. */
export function grantedScopes(
  policy: Policy,
  caller: Identity,
  request: Pick<AccessRequest, 'client' | 'grantType'>,
): { allow: true; unscoped: boolean; scopes: string[] } | Denial {
  const granted = grantsTo(policy, caller, request);
  if (!granted.allow) return granted;
  return {
    allow: true,
    unscoped: granted.grants.some((grant) => grant.unscoped),
    scopes: [...new Set(granted.grants.flatMap((grant) => grant.scopes))].sort(),
  };
}

type FilteredGrants = { allow: true; grants: readonly Grant[] } | Denial;

function grantsTo(
  policy: Policy,
  caller: Identity,
  { client, grantType }: Pick<AccessRequest, 'client' | 'grantType'>,
): FilteredGrants {
  return filterGrants(policy.grants, [
    ['caller', (grant) => grant.principals.some((principal) => matchesPrincipal(principal, caller))],
    ['client', (grant) => grant.client === client],
    ['grant_type', (grant) => grant.grantType === grantType],
  ]);
}

/** The grants that meet every condition, or the first condition that no grant meets. */
function filterGrants(
  grants: readonly Grant[],
  conditions: ReadonlyArray<readonly [DenialReason, (grant: Grant) => boolean]>,
): FilteredGrants {
  let left = grants;
  for (const [reason, holds] of conditions) {
    left = left.filter(holds);
    if (left.length === 0) return { allow: false, reason };
  }
  return { allow: true, grants: left };
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
  return redirectUri !== undefined && grant.redirectUris.includes(redirectUri);
}

function coversRetailer({ retailerIds }: Grant, { retailerId }: AccessRequest): boolean {
  return retailerId === undefined || retailerIds.includes(retailerId);
}
