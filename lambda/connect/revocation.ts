import { revocationPath } from '../protocol/contract.ts';
import type { UpstreamEvidence } from '../tokens/mint.ts';
import type { RevocationOutcome, RevokeUpstream } from '../tokens/revocation.ts';
import { parseJsonObject, withoutBom } from '../values/json.ts';
import type { Secret } from '../values/secret.ts';
import { timeBudget } from '../values/time-budget.ts';
import type { ClientCredentials } from './client-credentials.ts';
import { postToConnect, type Received } from './connect-request.ts';
import { type PairDependencies, type Said, withEachPair } from './each-pair.ts';
import { errorCode, processingOf, readRetryAfterMs, recordableCode } from './error-response.ts';
import { readFetchError } from './upstream-failure.ts';

export type RevocationDependencies = PairDependencies;

/**
 * Connect's `POST /v2/oauth/token/revoke`, once for each pair. Only the application that issued a token can revoke it, and
 * a rotation makes a new application: so the next pair is also tried where Connect takes the token for another's. A pause of
 * the client's circuit breaker does not hold this back, and a failure here starts none: a revocation is an emergency, asked
 * for by a person, and adds next to nothing to what Connect has to do.
 */
export function createRevokeUpstream({ store, now, monotonic }: RevocationDependencies): RevokeUpstream {
  return function revoke({ baseUrl, secretId }, token, signal) {
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeBudget.revocationMs)]);
    const url = new URL(revocationPath, baseUrl);
    return withEachPair(
      { store, now, monotonic },
      secretId,
      within,
      async (credentials) => {
        try {
          const received = await postToConnect(url, fieldsOf(credentials, token), { signal: within });
          return { ...readResponse(received, now()), attempts: 1 };
        } catch (error) {
          const { evidence } = readFetchError(error);
          return { outcome: { kind: 'unavailable', retryAfterMs: undefined }, evidence, attempts: 1 };
        }
      },
      ({ kind }) => kind !== 'not_our_token',
    );
  };
}

function fieldsOf({ clientId, clientSecret }: ClientCredentials, token: Secret): Record<string, string> {
  return { client_id: clientId, client_secret: clientSecret.reveal(), token: token.reveal() };
}

const refusals: ReadonlyMap<string, Said<RevocationOutcome>['outcome']> = new Map([
  ['unauthorized_client', { kind: 'not_our_token' }],
  ['query_params_forbidden', { kind: 'query_params_forbidden' }],
  ['invalid_client', { kind: 'invalid_client' }],
]);

/** By status and `error`. A 200 says all by itself: Connect's has an empty object. */
function readResponse(
  { response: { status, headers }, text }: Received,
  now: number,
): { outcome: Said<RevocationOutcome>['outcome']; evidence: UpstreamEvidence } {
  if (status === 200) return { outcome: { kind: 'revoked' }, evidence: { status } };
  const code = errorCode(text === undefined ? undefined : parseJsonObject(withoutBom(text)));
  const evidence = { status, oauthError: recordableCode(code) };
  if (processingOf(status, code) !== undefined)
    return { outcome: { kind: 'unavailable', retryAfterMs: readRetryAfterMs(headers, now) }, evidence };
  const refusal = refusals.get(code);
  if (refusal !== undefined) return { outcome: refusal, evidence };
  return { outcome: { kind: status === 401 ? 'invalid_client' : 'not_revoked' }, evidence };
}
