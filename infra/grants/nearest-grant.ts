import {
  type AccessRequest,
  type Condition,
  conditionsOf,
  type DenialReason,
  decide,
  grantedScopes,
} from '../../lambda/policy/decision.ts';
import type { Grant, Policy } from '../../lambda/policy/policy.ts';
import type { Identity } from '../../lambda/policy/principal.ts';
import { principalInWords } from './principal-arns.ts';
import { listInWords, quoteUnlessPlain, scopeInWords, usersInWords } from './words.ts';

/** The grant that comes closest to one scope of a denied request, and what it would take, in the order of the checks. */
export type NearestGrant = {
  grant: string;
  scope: string | null;
  takes: Array<{ reason: DenialReason; text: string }>;
};

/** Scopes are undefined where the request leaves them out. */
type Asked = Omit<AccessRequest, 'scopes'> & { scopes: readonly string[] | undefined };

/**
 * The grant whose first failed condition comes last, and of those the one that fails the fewest. Undefined where every
 * scope of the request is covered, or the policy has no grant.
 */
export function findNearestGrant(policy: Policy, caller: Identity, asked: Asked): NearestGrant | undefined {
  const scopes = asked.scopes ?? meantScopes(policy, caller, asked);
  const request: AccessRequest = { ...asked, scopes: scopes ?? [] };
  const wanted = request.scopes.length === 0 ? [undefined] : request.scopes;
  const scope = wanted.find(
    (one) => !decide(policy, caller, { ...request, scopes: one === undefined ? [] : [one] }).allow,
  );
  // While nobody can tell which scope is meant, none decides what is near.
  const conditions = conditionsOf(caller, request, scope).filter(
    ([reason]) => scopes !== undefined || reason !== 'scope',
  );
  const candidates = policy.grants.map((grant) => ({ grant, failed: failuresOf(grant, conditions) }));
  const [nearest] = candidates.toSorted(
    (a, b) => firstOf(b.failed) - firstOf(a.failed) || a.failed.length - b.failed.length,
  );
  if (nearest === undefined || nearest.failed.length === 0) return undefined;
  const { grant, failed } = nearest;
  return {
    grant: grant.id,
    scope: scope ?? null,
    takes: failed.map(({ reason }) => ({
      reason,
      text: remedies[reason](grant, { caller, request, scope }),
    })),
  };
}

/** What the function reads into a request without a scope; undefined where it cannot. */
function meantScopes(policy: Policy, caller: Identity, asked: Asked): readonly string[] | undefined {
  const granted = grantedScopes(policy, caller, asked);
  if (!granted.allow) return undefined;
  return granted.unscoped ? [] : granted.scopes;
}

type Failure = { index: number; reason: DenialReason };

function failuresOf(grant: Grant, conditions: readonly Condition[]): Failure[] {
  return conditions.flatMap(([reason, holds], index) => (holds(grant) ? [] : { index, reason }));
}

function firstOf([first]: readonly Failure[]): number {
  return first?.index ?? Number.POSITIVE_INFINITY;
}

type Failed = { caller: Identity; request: AccessRequest; scope: string | undefined };

/** What it would take for the grant to meet the condition. */
const remedies: Record<DenialReason, (grant: Grant, failed: Failed) => string> = {
  caller: (_grant, { caller: { partition, account, kind, name } }) =>
    `its principals do not match ${principalInWords(`arn:${partition}:iam::${account}:${kind}/${name}`)}: add it`,
  client: ({ client }, { request }) =>
    `it is for client ${client}, not ${quoteUnlessPlain(request.client)}: write a grant for that client`,
  grant_type: ({ grantType }, { request }) =>
    `it is for grantType ${grantType}, not ${request.grantType}: write a grant with that grantType`,
  scope: (grant, { scope }) =>
    grant.unscoped || scope === undefined
      ? `it is for ${grant.unscoped ? scopeInWords(null) : listInWords(grant.scopes)}: write a grant for ${scopeInWords(scope)}`
      : `its scopes are ${listInWords(grant.scopes)}: add ${scopeInWords(scope)}`,
  user: ({ users }, { request }) =>
    `it is for ${usersInWords(users)}: add ${added(request.userId)} to its users`,
  redirect_uri: ({ redirectUris }, { request }) =>
    `its redirectUris are ${listInWords(redirectUris)}: add ${added(request.redirectUri)}`,
  retailer_id: ({ retailerIds }, { request }) =>
    `${retailerIds.length === 0 ? 'it has no retailerIds' : `its retailerIds are ${listInWords(retailerIds)}`}: add ${added(request.retailerId)}`,
  max_min_ttl: ({ maxMinTtlMs = 0 }, { request: { minTtlMs = 0 } }) =>
    `its maxMinTtl is ${maxMinTtlMs / 1000}: raise it to ${minTtlMs / 1000}`,
  revoke: () => 'it does not have revoke: true',
};

function added(value: string | undefined): string {
  return value === undefined ? 'one' : quoteUnlessPlain(value);
}
