import { authorise } from '../../../lambda/http/authorise.ts';
import { OAuthError, withReason } from '../../../lambda/http/oauth-error.ts';
import { readScopes } from '../../../lambda/http/request-scopes.ts';
import type { AccessRequest } from '../../../lambda/policy/decision.ts';
import type { Policy } from '../../../lambda/policy/policy.ts';
import type { Identity } from '../../../lambda/policy/principal.ts';
import type { Subject } from '../../../lambda/tokens/mint-request.ts';
import { Secret } from '../../../lambda/values/secret.ts';

/** A request whose scopes are a text as a caller sends it. Undefined: left out. Null: the token without a scope. */
export type Question = Omit<AccessRequest, 'scopes'> & { scope: string | null | undefined };

export type Verdict =
  | { allow: true; grants: readonly string[]; scopes: readonly string[] }
  | { allow: false; reason: string; error: string; status: number; description: string };

/** What the function says to a well-formed request, in its own words: scopes first, then what is granted. */
export function askFunction(policy: Policy, caller: Identity, question: Question): Verdict {
  const { client, grantType, retailerId, minTtlMs = 0 } = question;
  try {
    const scopes = readScope(question, policy);
    const { grantIds, mintRequest } = authorise(
      policy,
      { ...caller, arn: '' },
      {
        ...{ client, grantType, scopes, minTtlMs, retailerId },
        subject: subjectOf(question),
        refusedTokenSha256: undefined,
      },
    );
    return { allow: true, grants: grantIds, scopes: mintRequest.scopes };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const { reason, code, status, message } = error;
    return { allow: false, reason, error: code, status, description: withReason(message, reason) };
  }
}

function readScope({ scope, grantType }: Question, policy: Policy): readonly string[] | undefined {
  if (scope === null) return [];
  return scope === undefined ? undefined : readScopes(scope, grantType, policy);
}

/** Codes and assertions decide nothing. */
function subjectOf({ grantType, userId = '', redirectUri = '' }: Question): Subject {
  const nothing = new Secret('');
  switch (grantType) {
    case 'client_credentials':
      return { kind: 'application' };
    case 'fulfillment_user_assertion':
      return { kind: 'user', userId };
    case 'urn:ietf:params:oauth:grant-type:retailer-json-bearer':
      return { kind: 'opaque', assertion: nothing };
    case 'authorization_code':
      return { kind: 'code', code: nothing, redirectUri, codeVerifier: undefined };
  }
}
