import { reasonFields } from '../observability/failure-reason.ts';
import { descriptions, retryAfterHeader, statusesWithRetryAfter } from '../protocol/contract.ts';
import type { Subject } from '../tokens/mint-request.ts';
import type { NoToken } from '../tokens/plan.ts';
import { OAuthError, type Reason, reasons } from './oauth-error.ts';

/** What a caller reads when there is no token for it: who has to act, and when to try again. */
export function vendError(
  { why, retryAfterMs }: { why: NoToken; retryAfterMs: number | undefined },
  subject: Subject,
): OAuthError {
  const { reason } = reasonFields(why);
  return new OAuthError(reason, descriptionOf(why, subject), retryHeaders(reason, retryAfterMs));
}

/** Says when to try again where that may help: after a second where nobody has named a time. */
export function retryHeaders(reason: Reason, retryAfterMs = 1_000): Record<string, string> {
  return statusesWithRetryAfter.includes(reasons[reason].status) ? retryAfterHeader(retryAfterMs) : {};
}

export const sentences: Record<Exclude<NoToken['kind'], 'invalid_grant' | 'min_ttl_too_long'>, string> = {
  min_ttl: 'Connect cannot issue a token with that much remaining life yet.',
  out_of_time: descriptions.outOfTime,
  back_off: 'The last try to get a token failed a moment ago, and this service waits before it tries again.',
  credentials_refused: "Connect refused this service's credentials.",
  query_params_forbidden: "Connect treats this service's credentials as compromised.",
  not_entitled: 'Connect does not let this application have that scope: ask Instacart to enable it.',
  not_a_token: "Connect's response was not a valid token response.",
  misconfigured: "This client's secret is missing or malformed, or this service may not read it.",
  unavailable: 'Connect is throttling requests, down or too slow.',
  secrets_unavailable: 'AWS Secrets Manager is throttling requests, down or too slow.',
  // The code went out and no response came back. Sent again, it could revoke the token that it was exchanged for.
  outcome_unknown:
    'Connect did not answer, and the code may be used up: start the linking again with a new one.',
};

function descriptionOf(why: NoToken, subject: Subject): string {
  if (why.kind === 'min_ttl_too_long') {
    const mostSeconds = Math.floor(why.longestMs / 1000);
    return `min_ttl may be at most half of the token's lifetime: ${mostSeconds} seconds for this token.`;
  }
  if (why.kind !== 'invalid_grant') return sentences[why.kind];
  return `Connect refused the ${subject.kind === 'code' ? 'code, its redirect_uri or its code_verifier' : 'assertion'}.`;
}
