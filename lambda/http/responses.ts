import type { APIGatewayProxyResult } from 'aws-lambda';
import { responseHeaders } from '../protocol/contract.ts';
import type { ErrorBody } from '../protocol/error-codes.ts';
import { answerTimes, type Token } from '../tokens/token.ts';
import type { CacheStatus } from '../tokens/tokens.ts';
import type { OAuthError } from './oauth-error.ts';

/** RFC 9211's words for where a token came from. */
const cacheStatuses: Record<CacheStatus, string> = {
  memory: 'hit; detail=memory',
  table: 'hit; detail=table',
  mint: 'fwd=miss; stored',
  collapsed: 'fwd=miss; collapsed',
  bypass: 'fwd=bypass',
};

/** Connect's own fields; `scope` parts are separated by spaces (RFC 6749 §3.3), which OAuth libraries read. */
export function tokenResponse(token: Token, level: CacheStatus, now: number): APIGatewayProxyResult {
  const times = answerTimes(token, now);
  const body = {
    access_token: token.value.reveal(),
    token_type: 'Bearer',
    ...times,
    ...(token.scopes && { scope: token.scopes.join(' ') }),
  };
  const cacheStatus = `connect-token-vending; ${cacheStatuses[level]}; ttl=${times.expires_in}`;
  return answer(200, body, { 'Cache-Status': cacheStatus });
}

export function errorResponse(
  { status, code, message, headers }: OAuthError,
  requestId: string,
): APIGatewayProxyResult {
  const body: ErrorBody = { error: code, error_description: message, request_id: requestId };
  return answer(status, body, headers);
}

function answer(statusCode: number, body: object, headers: Record<string, string>): APIGatewayProxyResult {
  return {
    statusCode,
    headers: { ...responseHeaders, ...headers },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
}
