import { type DenialReason, decide, grantedScopes } from '../policy/decision.ts';
import { clientNamed, type Policy } from '../policy/policy.ts';
import type { MintRequest } from '../tokens/mint-request.ts';
import type { Caller } from './caller.ts';
import { OAuthError } from './oauth-error.ts';
import type { TokenRequest } from './token-request.ts';

/** What may be minted, and the ids of the grants that allow it. */
export type Authorisation = { mintRequest: MintRequest; grantIds: readonly string[] };

/** Throws an OAuthError that names the first thing that the policy does not grant this caller. */
export function authorise(policy: Policy, caller: Caller, request: TokenRequest): Authorisation {
  const { client, grantType, retailerId, subject, minTtlMs } = request;
  const scopes = request.scopes ?? defaultScopes(policy, caller, request);
  const decision = decide(policy, caller, {
    client,
    grantType,
    scopes,
    retailerId,
    minTtlMs,
    userId: subject.kind === 'user' ? subject.userId : undefined,
    redirectUri: subject.kind === 'code' ? subject.redirectUri : undefined,
  });
  if (!decision.allow) throw denied(decision.reason);
  const mintRequest = { client: clientNamed(policy, client), grantType, scopes, retailerId, subject };
  return { mintRequest, grantIds: decision.grantIds };
}

/** The unscoped token if that is granted, else the one granted scope: never "everything" by accident. */
function defaultScopes(policy: Policy, caller: Caller, request: TokenRequest): string[] {
  const granted = grantedScopes(policy, caller, request);
  if (!granted.allow) throw denied(granted.reason);
  if (granted.unscoped) return [];
  if (granted.scopes.length === 1) return granted.scopes;
  throw new OAuthError('scope_needed', `Name a scope. You are granted: ${granted.scopes.join(', ')}.`);
}

const denials: Record<DenialReason, string> = {
  caller: 'The policy grants this caller nothing.',
  client: 'The policy does not grant this caller that client_id.',
  grant_type: 'The policy does not grant this caller that grant_type for this client.',
  scope: 'The policy does not grant this caller that scope, or a token without a scope, by this grant_type.',
  user: 'The policy does not grant this caller that user.',
  redirect_uri: 'The policy does not grant this caller that redirect_uri.',
  retailer_id: 'The policy does not grant this caller that X-Retailer-Id.',
  max_min_ttl: 'The policy does not grant this caller that much min_ttl.',
  revoke: 'The policy does not let this caller revoke tokens of this client.',
};

export function denied(reason: DenialReason): OAuthError {
  return new OAuthError(reason, denials[reason]);
}
