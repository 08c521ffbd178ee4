import type { APIGatewayProxyResult } from 'aws-lambda';
import { responseHeaders } from '../protocol/contract.ts';
import type { ErrorBody } from '../protocol/error-codes.ts';
import { responseTimes, type Token } from '../tokens/token.ts';
import type { CacheStatus } from '../tokens/token-cache.ts';
import { type OAuthError, withReason } from './oauth-error.ts';

/** This cache in `Cache-Status`. */
export const cacheName = 'connect-token-vending';

/** RFC 9211's words for the source of a token. */
export const cacheStatuses: Record<CacheStatus, string> = {
  memory: 'hit; detail=memory',
  table: 'hit; detail=table',
  mint: 'fwd=miss; stored',
  collapsed: 'fwd=miss; collapsed',
  bypass: 'fwd=bypass',
};

/** Connect's own fields. Spaces separate the parts of `scope`: OAuth libraries read RFC 6749 §3.3's form. */
export function tokenResponse(token: Token, cacheStatus: CacheStatus, now: number): APIGatewayProxyResult {
  const times = responseTimes(token, now);
  const body = {
    access_token: token.value.reveal(),
    token_type: 'Bearer',
    ...times,
    ...(token.scopes && { scope: token.scopes.join(' ') }),
  };
  const source = `${cacheName}; ${cacheStatuses[cacheStatus]}; ttl=${times.expires_in}`;
  return jsonResponse(200, body, { 'Cache-Status': source });
}

/** Connect's own: nothing to say. */
export function revokedResponse(): APIGatewayProxyResult {
  return jsonResponse(200, {}, {});
}

export function errorResponse(
  { status, code, message, reason, headers }: OAuthError,
  requestId: string,
): APIGatewayProxyResult {
  const description = withReason(message, reason);
  const body: ErrorBody = { error: code, error_description: description, request_id: requestId };
  return jsonResponse(status, body, headers);
}

function jsonResponse(
  statusCode: number,
  body: object,
  headers: Readonly<Record<string, string>>,
): APIGatewayProxyResult {
  return {
    statusCode,
    headers: { ...responseHeaders, ...headers },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
}
