import type { ErrorCode } from '../../lambda/protocol/error-codes.ts';

/** What API Gateway answers by itself, before or instead of the function. */
export type GatewayResponse = {
  /** API Gateway's name for the occasion. */
  type: string;
  status: number;
  error: ErrorCode;
  description: string;
  /** Seconds; undefined where trying again is no help. */
  retryAfter?: number;
};

const unsigned = 'Sign the request with AWS Signature Version 4, for the service execute-api.';
const badSignature = 'The signature is not valid: check the key, the region, the clock and what was signed.';
const expired = "The session's credentials have expired: get new ones and sign again.";
const notLetIn = 'The policy grants this caller nothing, or its account does not let it call this API.';
const slowDown = 'Too many requests: slow down, and keep each token for as long as it is good.';
const badRequest = 'The request is malformed.';
const down = 'The service is busy or down: try again.';
const broken = 'Something went wrong in this service.';

/**
 * In the words of the function's own errors. Texts are fixed: `$context.error.message` names ARNs. Some of these
 * cannot come up in this API as it is; a change to it should not bring AWS's own wording back.
 */
export const gatewayResponses: readonly GatewayResponse[] = [
  { type: 'MISSING_AUTHENTICATION_TOKEN', status: 403, error: 'invalid_client', description: unsigned },
  { type: 'INVALID_SIGNATURE', status: 403, error: 'invalid_client', description: badSignature },
  { type: 'EXPIRED_TOKEN', status: 403, error: 'invalid_client', description: expired },
  { type: 'ACCESS_DENIED', status: 403, error: 'invalid_client', description: notLetIn },
  { type: 'UNAUTHORIZED', status: 403, error: 'invalid_client', description: unsigned },
  { type: 'INVALID_API_KEY', status: 403, error: 'invalid_client', description: unsigned },
  { type: 'WAF_FILTERED', status: 403, error: 'invalid_client', description: notLetIn },
  { type: 'THROTTLED', status: 429, error: 'slow_down', description: slowDown, retryAfter: 1 },
  { type: 'QUOTA_EXCEEDED', status: 429, error: 'slow_down', description: slowDown, retryAfter: 60 },
  { type: 'BAD_REQUEST_BODY', status: 400, error: 'invalid_request', description: badRequest },
  { type: 'BAD_REQUEST_PARAMETERS', status: 400, error: 'invalid_request', description: badRequest },
  {
    type: 'RESOURCE_NOT_FOUND',
    status: 404,
    error: 'invalid_request',
    description: 'No such path: use POST /v2/oauth/token.',
  },
  {
    type: 'REQUEST_TOO_LARGE',
    status: 413,
    error: 'invalid_request',
    description: 'The body is too large: a token request takes 16 kB at most.',
  },
  {
    type: 'UNSUPPORTED_MEDIA_TYPE',
    status: 415,
    error: 'invalid_request',
    description: 'Send application/json or application/x-www-form-urlencoded.',
  },
  { type: 'DEFAULT_4XX', status: 400, error: 'invalid_request', description: badRequest },
  // A function that is throttled comes up as any of the next three.
  {
    type: 'API_CONFIGURATION_ERROR',
    status: 503,
    error: 'temporarily_unavailable',
    description: down,
    retryAfter: 1,
  },
  {
    type: 'INTEGRATION_FAILURE',
    status: 503,
    error: 'temporarily_unavailable',
    description: down,
    retryAfter: 1,
  },
  { type: 'DEFAULT_5XX', status: 503, error: 'temporarily_unavailable', description: down, retryAfter: 1 },
  {
    type: 'INTEGRATION_TIMEOUT',
    status: 504,
    error: 'temporarily_unavailable',
    description:
      'Out of time: try again. An authorization_code may be used up: start the linking again with a new one.',
  },
  { type: 'AUTHORIZER_FAILURE', status: 500, error: 'server_error', description: broken },
  { type: 'AUTHORIZER_CONFIGURATION_ERROR', status: 500, error: 'server_error', description: broken },
];

/** The response's headers, by name. */
export function gatewayHeaders({ retryAfter }: GatewayResponse): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
    ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
  };
}

/** The body as API Gateway's template; it puts the request's id in for `$context.requestId`. */
export function gatewayBody({ error, description }: GatewayResponse): string {
  return JSON.stringify({ error, error_description: description, request_id: '$context.requestId' });
}
