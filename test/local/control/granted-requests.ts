import { parseCallerArn } from '../../../lambda/http/caller.ts';
import type { Grant, Policy } from '../../../lambda/policy/policy.ts';
import { type Identity, matchesPrincipal } from '../../../lambda/policy/principal.ts';
import type { GrantType } from '../../../lambda/protocol/scopes.ts';
import { type Caller, userArnOf } from '../emulators/callers.ts';
import type { SignedRequest } from './curl.ts';

/** A request that the policy grants. `fields` are the body. */
export type GrantedRequest = SignedRequest & { client: string; grant: Grant; fields: Record<string, string> };

/** The requests that the policy grants these callers by one grant type: each grant's first scope, by its first caller. */
export function grantedRequests(
  policy: Policy,
  callers: readonly Caller[],
  grantType: GrantType,
): GrantedRequest[] {
  return callers.flatMap((caller) =>
    policy.grants
      .filter((grant) => grant.grantType === grantType && isGranted(grant, caller))
      .map((grant) => {
        const fields = fieldsFor(grant, policy);
        return { caller, client: grant.client, grant, fields, body: JSON.stringify(fields) };
      }),
  );
}

/** The first caller that the policy lets revoke tokens of that client. */
export function callerWhoRevokes(
  client: string,
  { grants }: Policy,
  callers: readonly Caller[],
): Caller | undefined {
  return callers.find((one) =>
    grants.some((grant) => grant.revoke && grant.client === client && isGranted(grant, one)),
  );
}

/** A caller of the list that has a client_credentials grant, but none for this request. */
export function callerWithoutGrant(
  { client, grant }: GrantedRequest,
  policy: Policy,
  callers: readonly Caller[],
): Caller | undefined {
  const covers = (one: Grant) =>
    one.client === client &&
    one.grantType === grant.grantType &&
    (grant.unscoped ? one.unscoped : one.scopes.includes(grant.scopes[0] ?? ''));
  return callers.find((caller) => {
    const own = policy.grants.filter((one) => isGranted(one, caller));
    return own.length > 0 && !own.some(covers);
  });
}

export function isNamed({ grants }: Policy, caller: Caller): boolean {
  return grants.some((grant) => isGranted(grant, caller));
}

function isGranted({ principals }: Grant, caller: Caller): boolean {
  const identity: Identity | undefined = parseCallerArn(userArnOf(caller));
  return identity !== undefined && principals.some((principal) => matchesPrincipal(principal, identity));
}

function fieldsFor({ client, grantType, scopes }: Grant, { clients }: Policy): Record<string, string> {
  return {
    grant_type: grantType,
    ...(clients.length > 1 && { client_id: client }),
    ...(scopes[0] !== undefined && { scope: scopes[0] }),
  };
}
