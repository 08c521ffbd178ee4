import { splitScopes } from '../protocol/scopes.ts';
import type { MintOutcome, UpstreamEvidence } from '../tokens/mint.ts';
import type { MintRequest } from '../tokens/mint-request.ts';
import { parseJsonObject, withoutBom } from '../values/json.ts';
import { Secret } from '../values/secret.ts';
import { errorCode, processingOf, readRetryAfterMs, recordableCode } from './error-response.ts';

const maxLifetimeSeconds = 31 * 86_400;

/** What the token endpoint can answer. `invalid_client`: it refuses the pair that was sent. */
export type ConnectResponse =
  | Exclude<MintOutcome, { kind: 'credentials_refused' | 'misconfigured' | 'secrets_unavailable' }>
  | { kind: 'invalid_client' };

/** A response, and what the log may say of it. */
export type EvidencedResponse = ConnectResponse & { evidence: UpstreamEvidence };

/**
 * Reads a response by its status and `error`, never by a description: two wordings of one exist. `text` is undefined where
 * the body was too large.
 */
export function readConnectResponse(
  { status, headers }: Response,
  text: string | undefined,
  request: MintRequest,
  sentAt: number,
): EvidencedResponse {
  const body = text === undefined ? undefined : parseJsonObject(withoutBom(text));
  if (status === 200) {
    if (text === undefined) return { kind: 'not_a_token', evidence: { status, failedCheck: 'size' } };
    // What is no JSON object at all comes from something between Connect and us.
    if (body === undefined)
      return {
        ...unavailable(request, 'processed', undefined),
        evidence: { status, failedCheck: text === '' ? 'empty' : 'json' },
      };
    const { failedCheck, ...response } = readToken(body, request, sentAt);
    return { ...response, evidence: { status, failedCheck } };
  }
  const code = errorCode(body);
  const evidence = { status, oauthError: recordableCode(code) };
  const processing = processingOf(status, code);
  if (processing !== undefined)
    return { ...unavailable(request, processing, readRetryAfterMs(headers, sentAt)), evidence };
  return { kind: refusalKind(status, code, request), evidence };
}

function unavailable(
  { subject }: MintRequest,
  processing: 'processed' | 'turned away',
  retryAfterMs: number | undefined,
): ConnectResponse {
  if (subject.kind === 'code' && processing === 'processed') return { kind: 'outcome_unknown' };
  return { kind: 'unavailable', retryAfterMs, isAnswered: true };
}

type RefusalKind = Exclude<ConnectResponse['kind'], 'token' | 'unavailable' | 'outcome_unknown'>;

const refusals: ReadonlyMap<string, RefusalKind> = new Map([
  ['invalid_grant', 'invalid_grant'],
  ['invalid_client', 'invalid_client'],
  ['query_params_forbidden', 'query_params_forbidden'],
  ['invalid_scope', 'not_entitled'],
  ['unauthorized_client', 'not_entitled'],
]);

function refusalKind(status: number, code: string, { subject }: MintRequest): RefusalKind {
  const refusal = refusals.get(code);
  if (refusal !== undefined) return refusal;
  // A one-time code goes up with another pair only where Connect says that it refused the first.
  return status === 401 && subject.kind !== 'code' ? 'invalid_client' : 'not_a_token';
}

type ReadToken = ConnectResponse & { failedCheck?: UpstreamEvidence['failedCheck'] };

/** Connect's `created_at` is not used: its clock is not ours. */
function readToken(body: Record<string, unknown>, request: MintRequest, sentAt: number): ReadToken {
  const { access_token: text, token_type: type, expires_in: seconds, scope = null } = body;
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text)) return notAToken('access_token');
  if (typeof type !== 'string' || !/^bearer$/i.test(type)) return notAToken('token_type');
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds < Infinity)) return notAToken('expires_in');
  if (scope !== null && typeof scope !== 'string') return notAToken('scope');
  const granted = splitScopes(scope ?? '');
  const asked = request.scopes.toSorted();
  if (granted.length > 0 && asked.length > 0 && granted.join(' ') !== asked.join(' '))
    return notAToken('scope');
  const scopes = asked.length > 0 ? asked : granted;
  const value = new Secret(text);
  const lifetimeMs = Math.min(seconds, maxLifetimeSeconds) * 1000;
  return {
    kind: 'token',
    token: {
      value,
      sha256: value.sha256(),
      scopes: scopes.length > 0 ? scopes : undefined,
      expiresAt: sentAt + lifetimeMs,
      firstSeenAt: sentAt,
      lifetimeMs,
      reissuedAt: undefined,
    },
  };
}

function notAToken(failedCheck: UpstreamEvidence['failedCheck']): ReadToken {
  return { kind: 'not_a_token', failedCheck };
}
