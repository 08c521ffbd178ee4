/** The part of the HTTP contract that callers meet both in the function's answers and in API Gateway's own. */

/** The same path as Connect's own token endpoint, so that a caller of Connect changes its base URL only. */
export const tokenPath = '/v2/oauth/token';

/** Connect's own path for revoking a token, and this service's. */
export const revocationPath = '/v2/oauth/token/revoke';

/** The most `min_ttl` that a caller may ask for, in seconds: half of the 24 hours that Connect's tokens live. */
export const longestMinTtlSeconds = 43_200;

/** PKCE's `code_verifier` (RFC 7636, section 4.1), as a regular expression. */
export const codeVerifierRule = '[A-Za-z0-9\\-._~]{43,128}';

/** Headers of every answer. */
export const responseHeaders = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  Pragma: 'no-cache',
} as const;

/** `Retry-After` in whole seconds, never 0: a caller that retries at once gains nothing. */
export function retryAfterHeader(milliseconds: number): { 'Retry-After': string } {
  return { 'Retry-After': String(Math.max(1, Math.ceil(milliseconds / 1000))) };
}

/** The `error_description` of each error that the function and API Gateway both answer. */
export const descriptions = {
  noSuchPath: `No such path: use POST ${tokenPath} or POST ${revocationPath}.`,
  bodyTooLarge: 'The body is larger than 16 kB.',
  contentType: 'Send Content-Type application/json or application/x-www-form-urlencoded.',
  outOfTime:
    'Out of time: try again. An authorization_code may be used up: start the linking again with a new one.',
  bug: 'Something went wrong in this service.',
} as const;
