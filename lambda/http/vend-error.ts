import { reasonOfFailure } from '../observability/failure-reason.ts';
import type { Failure } from '../tokens/back-off.ts';
import type { Subject } from '../tokens/mint-request.ts';
import type { VendResult } from '../tokens/tokens.ts';
import { OAuthError } from './oauth-error.ts';

/** Where Connect has named no time. */
const defaultRetryAfterMs = 1_000;

/** What a caller reads when there is no token for it: who has to act, and when to try again. */
export function vendError(result: Exclude<VendResult, { kind: 'token' }>, subject: Subject): OAuthError {
  if (result.kind === 'short') {
    const description = 'Connect cannot issue a token with that much remaining life yet.';
    return new OAuthError('min_ttl', description, retryAfter(result.retryAfter));
  }
  const { failure, retryAfter: retryAfterMs = defaultRetryAfterMs } = result;
  const isTemporary = failure.kind === 'unavailable' || failure.kind === 'secrets_unavailable';
  return new OAuthError(
    reasonOfFailure(failure),
    descriptionOf(failure, subject),
    isTemporary ? retryAfter(retryAfterMs) : {},
  );
}

const descriptions: Record<Exclude<Failure['kind'], 'invalid_grant'>, string> = {
  credentials_refused:
    "Connect refused this service's credentials. The operators of this service have been alerted.",
  query_params_forbidden:
    "Connect treats this service's credentials as compromised. The operators of this service have been alerted.",
  not_entitled: 'Connect does not let this application have that scope: ask Instacart to enable it.',
  not_a_token: "Connect's response was not a valid token response.",
  misconfigured: "This client's secret is missing or malformed, or this service may not read it.",
  unavailable: 'Connect is throttling requests, down or too slow.',
  secrets_unavailable: 'AWS Secrets Manager is throttling requests, down or too slow.',
  // The code went out and no response came back. Sent again, it could revoke the token that it was exchanged for.
  outcome_unknown:
    'Connect did not answer, and the code may be used up: start the linking again with a new one.',
};

function descriptionOf({ kind }: Failure, subject: Subject): string {
  if (kind !== 'invalid_grant') return descriptions[kind];
  return `Connect refused the ${subject.kind === 'code' ? 'code or its redirect_uri' : 'assertion'}.`;
}

/** `Retry-After` is in whole seconds, and never 0: an immediate retry would gain a caller nothing. */
function retryAfter(milliseconds: number): Record<string, string> {
  return { 'Retry-After': String(Math.max(1, Math.ceil(milliseconds / 1000))) };
}
