import { shortList } from '../values/short-list.ts';
import { type AccessRequest, conditionsOf, type DenialReason, decide } from './decision.ts';
import { grantsTo } from './grants-to.ts';
import type { Grant, Policy } from './policy.ts';
import type { Identity } from './principal.ts';

type Denied = { policy: Policy; caller: Identity; request: AccessRequest; reason: DenialReason };

/**
 * What a denied caller is told: who signed, the first thing that did not match, and what this caller is granted instead.
 * Besides fixed words the text holds only the caller's name and account and what is in the caller's own grants, so it is
 * the same for what does not exist and for what others are granted. Users are left out, since their ids may be personal.
 * `request` may lack what the reason is not about.
 */
export function describeDenial(
  policy: Policy,
  caller: Identity,
  request: Partial<AccessRequest>,
  reason: DenialReason,
): string {
  const { kind, name, account } = caller;
  const whole = { ...nothing, ...request };
  return `You signed as ${kind}/${name} of ${account}. ${texts[reason]({ policy, caller, request: whole, reason })}`;
}

/** For what a request lacks. No text is about these values: a reason that needs a field comes of a request that has it. */
const nothing: AccessRequest = { client: '', grantType: 'client_credentials', scopes: [] };

const texts: Record<DenialReason, (denied: Denied) => string> = {
  caller: () => 'The policy grants you nothing.',
  client: (denied) =>
    `The policy does not grant you that client_id. You are granted: ${list(grantsBefore(denied), ({ client }) => [client])}.`,
  grant_type: (denied) =>
    `The policy does not grant you that grant_type for this client. You are granted for it: ${list(grantsBefore(denied), ({ grantType }) => [grantType])}.`,
  scope: (denied) =>
    `The policy does not grant you ${scopesAskedFor(denied)} by this grant_type. You are granted for this client: ${list(grantsBefore(denied), scopesOf)}.`,
  user: () => 'The policy does not grant you that user.',
  redirect_uri: (denied) =>
    `The policy does not grant you that redirect_uri. You are granted with the rest of this request: ${list(grantsButFor(denied), ({ redirectUris }) => redirectUris)}.`,
  retailer_id: (denied) =>
    `The policy does not grant you that X-Retailer-Id. You are granted with the rest of this request: ${list(grantsButFor(denied), ({ retailerIds }) => retailerIds)}.`,
  max_min_ttl: (denied) =>
    `The policy does not grant you that much min_ttl. You are granted at most ${mostMinTtlSeconds(grantsButFor(denied))} seconds.`,
  revoke: ({ policy, caller }) =>
    `The policy does not let you revoke tokens of this client. You may revoke tokens of: ${list(grantsTo(policy, caller), ({ client, revoke }) => (revoke ? [client] : []))}.`,
};

function list(grants: readonly Grant[], valuesOf: (grant: Grant) => readonly string[]): string {
  return shortList(grants.flatMap(valuesOf));
}

const unscopedToken = 'a token without a scope';

function scopesAskedFor({ request: { scopes } }: Denied): string {
  if (scopes.length === 0) return unscopedToken;
  return scopes.length === 1 ? 'that scope' : 'all of those scopes';
}

function scopesOf({ unscoped, scopes }: Grant): readonly string[] {
  return unscoped ? [unscopedToken] : scopes;
}

function mostMinTtlSeconds(grants: readonly Grant[]): number {
  return Math.max(0, ...grants.map(({ maxMinTtlMs = 0 }) => maxMinTtlMs)) / 1000;
}

/** The grants that meet what is checked before: the caller's own, as far as the request has come. */
function grantsBefore(denied: Denied): Grant[] {
  const conditions = conditionsDenied(denied);
  const end = conditions.findIndex(([of]) => of === denied.reason);
  return grantsThatMeet(denied, conditions.slice(0, end));
}

/** The grants that meet everything else: what they name instead would have been allowed. */
function grantsButFor(denied: Denied): Grant[] {
  const others = conditionsDenied(denied).filter(([of]) => of !== denied.reason);
  return grantsThatMeet(denied, others);
}

type Conditions = ReturnType<typeof conditionsOf>;

/** The conditions for the first scope that is denied. */
function conditionsDenied({ policy, caller, request }: Denied): Conditions {
  const { scopes } = request;
  const scope = scopes.find((one) => !decide(policy, caller, { ...request, scopes: [one] }).allow);
  return conditionsOf(caller, request, scope);
}

function grantsThatMeet({ policy }: Denied, conditions: Conditions): Grant[] {
  return policy.grants.filter((grant) => conditions.every(([, holds]) => holds(grant)));
}
