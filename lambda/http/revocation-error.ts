import { reasonOfRevocation } from '../observability/failure-reason.ts';
import type { GivingUp, RevocationOutcome, RevocationResult } from '../tokens/revocation.ts';
import { OAuthError } from './oauth-error.ts';
import { retryHeaders, sentences } from './vend-error.ts';

/** What a caller reads where its token may live on, or may still be vended: what is done, and what is not. */
export function revocationError({ upstream: { outcome }, table }: RevocationResult): OAuthError | undefined {
  if (outcome.kind === 'revoked' && table !== 'out of reach') return undefined;
  const reason = outcome.kind === 'revoked' ? 'table_unavailable' : reasonOfRevocation(outcome);
  const retryAfterMs = outcome.kind === 'unavailable' ? outcome.retryAfterMs : undefined;
  return new OAuthError(
    reason,
    `${upstreamSentences[outcome.kind]} ${tableSentences[table]}`,
    retryHeaders(reason, retryAfterMs),
  );
}

const upstreamSentences: Record<RevocationOutcome['kind'], string> = {
  revoked: 'Connect has revoked the token.',
  not_our_token: 'Connect does not revoke the token: it is not of this client_id.',
  not_revoked: "Connect's response does not say that the token is revoked.",
  unavailable: 'Connect could not be told, and the token may live on: try again.',
  credentials_refused: sentences.credentials_refused,
  query_params_forbidden: sentences.query_params_forbidden,
  misconfigured: sentences.misconfigured,
  secrets_unavailable: `${sentences.secrets_unavailable} Connect was not told, and the token lives on: try again.`,
};

const tableSentences: Record<GivingUp, string> = {
  'given up': 'This service does not vend it any more: the last instance stops within a minute.',
  unknown: 'This service does not hold it.',
  'out of reach':
    'The token table is out of reach, so instances that hold the token may vend it until its end: try again.',
};
