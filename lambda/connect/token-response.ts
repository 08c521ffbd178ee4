import * as z from 'zod/mini';
import { splitScopes } from '../protocol/scopes.ts';
import type { MintOutcome } from '../tokens/mint.ts';
import type { MintRequest } from '../tokens/mint-request.ts';
import { parseJsonObject } from '../values/json.ts';
import { Secret } from '../values/secret.ts';
import { timeBudget } from '../values/time-budget.ts';

const maxLifetimeSeconds = 31 * 86_400;
const { longestRetryAfterMs } = timeBudget;

/** What the token endpoint can answer. `invalid_client`: it refuses the pair that was sent. */
export type ConnectResponse =
  | Exclude<MintOutcome, { kind: 'credentials_refused' | 'misconfigured' | 'secrets_unavailable' }>
  | { kind: 'invalid_client' };

/** Reads Connect's answer by its status and `error`, never by a description: two wordings of one exist. */
export function readConnectResponse(
  response: Response,
  text: string | undefined,
  request: MintRequest,
  sentAt: number,
): ConnectResponse {
  const { status, headers } = response;
  const body = text === undefined ? undefined : parseJsonObject(text);
  if (status === 200) return readToken(body, request, sentAt);
  if (status === 429)
    return { kind: 'unavailable', retryAfterMs: readRetryAfterMs(headers, sentAt), isAnswered: true };
  if (status === 408 || status >= 500) {
    if (request.subject.kind === 'code') return { kind: 'outcome_unknown' };
    return { kind: 'unavailable', retryAfterMs: readRetryAfterMs(headers, sentAt), isAnswered: true };
  }
  return { kind: refusalKind(status, errorCode(body), request) };
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
  // Without a word from Connect, a one-time code is not sent again with another pair.
  return status === 401 && subject.kind !== 'code' ? 'invalid_client' : 'not_a_token';
}

/** `{"error":"…"}` as in RFC 6749 §5.2, or `{"error":{"code":"…"}}` as the rest of Connect has it. */
function errorCode(body: Record<string, unknown> | undefined): string {
  const error = body?.['error'];
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : error;
  return typeof code === 'string' ? code : '';
}

/** 200's body. Connect's `created_at` is not used: its clock is not ours. */
const tokenSchema = z.object({
  access_token: z.string().check(z.regex(/^[\x21-\x7e]+$/)),
  token_type: z.string().check(z.regex(/^bearer$/i)),
  expires_in: z.number().check(z.positive(), z.maximum(maxLifetimeSeconds)),
  scope: z.optional(z.nullable(z.string())),
});

function readToken(body: unknown, request: MintRequest, sentAt: number): ConnectResponse {
  const parsed = tokenSchema.safeParse(body);
  if (!parsed.success) return { kind: 'not_a_token' };
  const { access_token: text, expires_in: seconds, scope } = parsed.data;
  const granted = splitScopes(scope ?? '');
  const asked = request.scopes.toSorted();
  const narrowerOrWider = granted.length > 0 && asked.length > 0 && granted.join(' ') !== asked.join(' ');
  if (narrowerOrWider) return { kind: 'not_a_token' };
  const scopes = asked.length > 0 ? asked : granted;
  const value = new Secret(text);
  const lifetimeMs = seconds * 1000;
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

/** Seconds or an HTTP date (RFC 9110 §10.2.3), in milliseconds; more than a minute is not taken seriously. */
function readRetryAfterMs(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  const pause = /^\d{1,6}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return pause > 0 ? Math.min(pause, longestRetryAfterMs) : undefined;
}

/** Where no connection came about, the request cannot have been read. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** No answer at all: fetch's error names the system's in its `cause`. */
export function readFault(error: unknown, { subject }: MintRequest): ConnectResponse {
  const { code } = ((error as Error).cause ?? {}) as { code?: string };
  const sent = code === undefined || !neverSent.has(code);
  return subject.kind === 'code' && sent
    ? { kind: 'outcome_unknown' }
    : { kind: 'unavailable', retryAfterMs: undefined, isAnswered: !sent };
}
