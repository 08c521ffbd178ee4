import type { Failure } from '../tokens/back-off.ts';
import type { MintRequest } from '../tokens/mint-request.ts';
import type { VendResult } from '../tokens/tokens.ts';
import { OAuthError, retryAfter } from './oauth-error.ts';

/** Milliseconds, where Connect has not said. */
const defaultRetryAfter = 1_000;

/** What a caller is told where there is no token: who has to act, and when to try again. */
export function refusalOf(vended: Exclude<VendResult, { kind: 'token' }>, order: MintRequest): OAuthError {
  if (vended.kind === 'failed')
    return refusalOfFailure(vended.failure, vended.retryAfter ?? defaultRetryAfter, order);
  return new OAuthError(
    'temporarily_unavailable',
    'min_ttl',
    'Connect cannot issue a token with that much remaining life yet.',
    { headers: retryAfter(vended.retryAfter) },
  );
}

function refusalOfFailure({ kind }: Failure, milliseconds: number, { subject }: MintRequest): OAuthError {
  switch (kind) {
    case 'invalid_grant':
      return new OAuthError(
        'invalid_grant',
        kind,
        `Connect refused the ${subject.kind === 'code' ? 'code or its redirect_uri' : 'assertion'}.`,
      );
    case 'credentials_refused':
      return serverError(
        502,
        kind,
        "Connect refused this service's credentials. Its operators have been alerted.",
      );
    case 'query_params_forbidden':
      return serverError(
        502,
        kind,
        "Connect treats this service's credentials as compromised. Its operators have been alerted.",
      );
    case 'not_entitled':
      return serverError(
        502,
        kind,
        'Connect does not let this application have that scope: ask Instacart to enable it.',
      );
    case 'not_a_token':
      return serverError(502, kind, 'The answer from Connect was not a valid token response.');
    case 'misconfigured':
      return serverError(500, kind, "This client's secret is missing or malformed, or may not be read.");
    case 'unavailable':
      return unavailable('upstream_unavailable', 'Connect is throttled, down or too slow.', milliseconds);
    case 'secrets_unavailable':
      return unavailable(kind, 'AWS Secrets Manager is throttled, down or too slow.', milliseconds);
    case 'outcome_unknown':
      return outcomeUnknown();
  }
}

/** A one-time code went out and no answer came back: trying it again could revoke the token it bought. */
function outcomeUnknown(): OAuthError {
  return new OAuthError(
    'temporarily_unavailable',
    'outcome_unknown',
    'No answer from Connect, and the code may be used up: start the linking again with a new one.',
    { status: 504 },
  );
}

function serverError(
  status: number,
  reason: Failure['kind'] & OAuthError['reason'],
  description: string,
): OAuthError {
  return new OAuthError('server_error', reason, description, { status });
}

function unavailable(reason: OAuthError['reason'], description: string, milliseconds: number): OAuthError {
  return new OAuthError('temporarily_unavailable', reason, description, {
    headers: retryAfter(milliseconds),
  });
}
