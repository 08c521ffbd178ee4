import { type AccessRequest, decide, grantedScopes } from '../policy/decision.ts';
import { clientNamed, type Policy } from '../policy/policy.ts';
import type { MintRequest } from '../tokens/mint-request.ts';
import { shortList } from '../values/short-list.ts';
import type { Caller } from './caller.ts';
import { denied } from './denied.ts';
import { OAuthError } from './oauth-error.ts';
import type { TokenRequest } from './token-request.ts';

/** What may be minted, and the ids of the grants that allow it. */
export type Authorisation = { mintRequest: MintRequest; grantIds: readonly string[] };

/** A request whose client is known, be it the caller's one client. */
type NamedRequest = TokenRequest & { client: string };

/** Throws an OAuthError that names the first thing that the policy does not grant this caller. */
export function authorise(policy: Policy, caller: Caller, request: NamedRequest): Authorisation {
  const { client, grantType, retailerId, subject, minTtlMs } = request;
  const scopes = request.scopes ?? defaultScopes(policy, caller, request);
  const access: AccessRequest = {
    client,
    grantType,
    scopes,
    retailerId,
    minTtlMs,
    // The kinds are told apart for the compiler: a subject of another kind has neither of these.
    userId: subject.kind === 'user' ? subject.userId : undefined,
    redirectUri: subject.kind === 'code' ? subject.redirectUri : undefined,
  };
  const decision = decide(policy, caller, access);
  if (!decision.allow) throw denied(policy, caller, access, decision.reason);
  const mintRequest = { client: clientNamed(policy, client), grantType, scopes, retailerId, subject };
  return { mintRequest, grantIds: decision.grantIds };
}

/** The unscoped token if that is granted, else the one granted scope: never "everything" by accident. */
function defaultScopes(policy: Policy, caller: Caller, request: NamedRequest): string[] {
  const { client, grantType } = request;
  const granted = grantedScopes(policy, caller, request);
  if (!granted.allow) throw denied(policy, caller, { client, grantType }, granted.reason);
  if (granted.unscoped) return [];
  if (granted.scopes.length === 1) return granted.scopes;
  throw new OAuthError('scope_needed', `Name a scope. You are granted: ${shortList(granted.scopes)}.`);
}
