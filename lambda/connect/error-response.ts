import { timeBudget } from '../values/time-budget.ts';

/** `{"error":"…"}` as in RFC 6749 §5.2, or `{"error":{"code":"…"}}` as the rest of Connect has it. */
export function errorCode(body: Record<string, unknown> | undefined): string {
  const error = body?.['error'];
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : error;
  return typeof code === 'string' ? code : '';
}

/** Whether a response that is no refusal leaves open what became of the request; undefined: it is a refusal. */
export function processingOf(status: number, code: string): 'processed' | 'turned away' | undefined {
  if (status === 408 || status >= 500) return 'processed';
  const isTurnedAway =
    status === 425 || status === 429 || code === 'temporarily_unavailable' || code === 'slow_down';
  return isTurnedAway ? 'turned away' : undefined;
}

/** Source: RFC 6749 §4.1.2.1 and §5.2, RFC 8628 §3.5, Connect. Only these are recorded: another text could be anything. */
const knownErrorCodes: ReadonlySet<string> = new Set([
  'invalid_grant',
  'invalid_client',
  'query_params_forbidden',
  'invalid_scope',
  'unauthorized_client',
  'invalid_request',
  'unsupported_grant_type',
  'unsupported_response_type',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
  'slow_down',
]);

export function recordableCode(code: string): string | undefined {
  return knownErrorCodes.has(code) ? code : undefined;
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3), in milliseconds; more than a minute is not taken seriously. */
export function readRetryAfterMs(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  const pauseMs = /^\d{1,6}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return pauseMs > 0 ? Math.min(pauseMs, timeBudget.longestRetryAfterMs) : undefined;
}
