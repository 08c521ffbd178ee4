import type { GrantType, ScopeTable } from '../protocol/scopes.ts';
import { type Identity, matchesPrincipal, type Principal } from './principal.ts';

/** The policy file after the stack has checked it; `policy.json` in the function's bundle. */
export type Policy = {
  clients: readonly Client[];
  grants: readonly Grant[];
  keepWarm: readonly KeepWarm[];
};

/** One application at Connect. */
export type Client = {
  /** What callers send as `client_id`. */
  name: string;
  /** Origin of Connect, without a trailing slash. */
  baseUrl: string;
  /** Name or ARN in Secrets Manager. */
  secretId: string;
  /** What Connect expects between several scopes. */
  scopeSeparator: ',' | ' ';
  privateScopes: ScopeTable;
};

/** For a name that the compiled policy itself uses: throws where it has no such client. */
export function clientNamed({ clients }: Policy, name: string): Client {
  const client = clients.find((one) => one.name === name);
  if (client === undefined)
    throw new Error('A grant or keepWarm names a client that the policy does not have');
  return client;
}

/** Empty `scopes` with `unscoped` is the Transaction API's token; a grant is either unscoped or names scopes. */
export type Grant = {
  id: string;
  principals: readonly Principal[];
  client: string;
  grantType: GrantType;
  scopes: readonly string[];
  unscoped: boolean;
  retailerIds: readonly string[];
  /** Exact user ids, or prefixes that end in `*`. Empty where the grant type has no user. */
  users: readonly string[];
  /** Empty unless the grant type is authorization_code. */
  redirectUris: readonly string[];
};

/** A client_credentials token that the refresh function keeps fresh; no scopes: the unscoped token. */
export type KeepWarm = { client: string; scopes: readonly string[]; retailerId?: string };

/** What a caller asks for; no scopes: the unscoped token. */
export type AccessRequest = {
  client: string;
  grantType: GrantType;
  scopes: readonly string[];
  userId?: string | undefined;
  redirectUri?: string | undefined;
  retailerId?: string | undefined;
};

/** The first thing that did not match. What is absent and what is not granted read the same. */
export type DenialReason =
  | 'caller'
  | 'client'
  | 'grant_type'
  | 'scope'
  | 'user'
  | 'redirect_uri'
  | 'retailer_id';

export type Decision = { allow: true; grantIds: string[] } | { allow: false; mismatch: DenialReason };

/**
 * Every scope must be covered by one grant that matches caller, client, grant type, user, redirect URI and
 * retailer id together; conditions of two grants are never pieced together.
 */
export function decide(policy: Policy, caller: Identity, ask: AccessRequest): Decision {
  const granted = grantsTo(policy, caller, ask);
  if (!granted.allow) return granted;
  const wanted = ask.scopes.length === 0 ? [undefined] : ask.scopes;
  const grantIds = new Set<string>();
  for (const scope of wanted) {
    const covered = filterGrants(granted.grants, [
      ['scope', (grant) => (scope === undefined ? grant.unscoped : grant.scopes.includes(scope))],
      ['user', (grant) => coversUser(grant, ask)],
      ['redirect_uri', (grant) => coversRedirectUri(grant, ask)],
      ['retailer_id', (grant) => ask.retailerId === undefined || grant.retailerIds.includes(ask.retailerId)],
    ]);
    if (!covered.allow) return covered;
    for (const grant of covered.grants) grantIds.add(grant.id);
  }
  return { allow: true, grantIds: [...grantIds] };
}

/** What a request that names no scope can mean: the unscoped token, or each scope that the caller is granted. */
export function grantedScopes(
  policy: Policy,
  caller: Identity,
  ask: Pick<AccessRequest, 'client' | 'grantType'>,
): { allow: true; unscoped: boolean; scopes: string[] } | { allow: false; mismatch: DenialReason } {
  const granted = grantsTo(policy, caller, ask);
  if (!granted.allow) return granted;
  return {
    allow: true,
    unscoped: granted.grants.some((grant) => grant.unscoped),
    scopes: [...new Set(granted.grants.flatMap((grant) => grant.scopes))].sort(),
  };
}

type FilteredGrants = { allow: true; grants: readonly Grant[] } | { allow: false; mismatch: DenialReason };

function grantsTo(
  policy: Policy,
  caller: Identity,
  ask: Pick<AccessRequest, 'client' | 'grantType'>,
): FilteredGrants {
  return filterGrants(policy.grants, [
    ['caller', (grant) => grant.principals.some((principal) => matchesPrincipal(principal, caller))],
    ['client', (grant) => grant.client === ask.client],
    ['grant_type', (grant) => grant.grantType === ask.grantType],
  ]);
}

function filterGrants(
  grants: readonly Grant[],
  conditions: ReadonlyArray<readonly [DenialReason, (grant: Grant) => boolean]>,
): FilteredGrants {
  let left = grants;
  for (const [mismatch, holds] of conditions) {
    left = left.filter(holds);
    if (left.length === 0) return { allow: false, mismatch };
  }
  return { allow: true, grants: left };
}

function coversUser(grant: Grant, { grantType, userId }: AccessRequest): boolean {
  if (grantType === 'client_credentials' || grantType === 'authorization_code') return true;
  return grant.users.some((pattern) => matchesUser(pattern, userId));
}

/** The user inside a retailer-json-bearer assertion is opaque to us: only `*` covers it. */
function matchesUser(pattern: string, userId: string | undefined): boolean {
  if (pattern === '*') return true;
  if (userId === undefined) return false;
  return pattern.endsWith('*') ? userId.startsWith(pattern.slice(0, -1)) : userId === pattern;
}

function coversRedirectUri(grant: Grant, { grantType, redirectUri }: AccessRequest): boolean {
  if (grantType !== 'authorization_code') return true;
  return redirectUri !== undefined && grant.redirectUris.includes(redirectUri);
}
