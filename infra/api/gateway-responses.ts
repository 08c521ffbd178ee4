import { descriptions, responseHeaders, retryAfterHeader } from '../../lambda/protocol/contract.ts';
import type { ErrorCode } from '../../lambda/protocol/error-codes.ts';

/** A response that API Gateway sends by itself, before or instead of the function. */
export type GatewayResponse = {
  /** API Gateway's name for the event. */
  type: string;
  /** Undefined: API Gateway's own, which differs between the events that have no type of their own. */
  status?: number;
  error: ErrorCode;
  description: string;
  /** Undefined where a second attempt would fail too. */
  retryAfterMs?: number;
};

const unsigned = 'Sign the request with AWS Signature Version 4, for the service execute-api.';
const badSignature =
  'The signature is not valid: check the key, the session token, the region, the service execute-api, the clock and the ' +
  'signed headers.';
const expired = "The session's credentials have expired: get new ones and sign again.";
const notLetIn =
  'The policy grants this caller nothing, its account does not allow it to call this API, or the request is not signed ' +
  'with AWS Signature Version 4.';
const slowDown = 'Too many requests: slow down, and reuse each token until it expires.';
const badRequest = 'The request is malformed.';
const down = 'The service is busy or down: try again.';

/**
 * All of API Gateway's own responses, in the format of the function's errors. Texts are fixed, because
 * `$context.error.message` names ARNs. Some types cannot occur in this API today; they are here so that a change to the
 * API does not bring AWS's own wording back. REQUEST_TOO_LARGE is missing: AWS does not let anybody customise it. Source:
 * Amazon API Gateway, "Amazon API Gateway important notes".
 */
export const gatewayResponses: readonly GatewayResponse[] = [
  { type: 'MISSING_AUTHENTICATION_TOKEN', status: 403, error: 'invalid_client', description: unsigned },
  { type: 'INVALID_SIGNATURE', status: 403, error: 'invalid_client', description: badSignature },
  { type: 'EXPIRED_TOKEN', status: 403, error: 'invalid_client', description: expired },
  { type: 'ACCESS_DENIED', status: 403, error: 'invalid_client', description: notLetIn },
  { type: 'UNAUTHORIZED', status: 403, error: 'invalid_client', description: unsigned },
  { type: 'INVALID_API_KEY', status: 403, error: 'invalid_client', description: unsigned },
  { type: 'WAF_FILTERED', status: 403, error: 'invalid_client', description: notLetIn },
  { type: 'THROTTLED', status: 429, error: 'slow_down', description: slowDown, retryAfterMs: 1_000 },
  { type: 'QUOTA_EXCEEDED', status: 429, error: 'slow_down', description: slowDown, retryAfterMs: 60_000 },
  { type: 'BAD_REQUEST_BODY', status: 400, error: 'invalid_request', description: badRequest },
  { type: 'BAD_REQUEST_PARAMETERS', status: 400, error: 'invalid_request', description: badRequest },
  {
    type: 'RESOURCE_NOT_FOUND',
    status: 404,
    error: 'invalid_request',
    description: descriptions.noSuchPath,
  },
  {
    type: 'UNSUPPORTED_MEDIA_TYPE',
    status: 415,
    error: 'invalid_request',
    description: descriptions.contentType,
  },
  // A status here would replace that of REQUEST_TOO_LARGE too.
  { type: 'DEFAULT_4XX', error: 'invalid_request', description: badRequest },
  // A throttled function causes any of the next three.
  {
    type: 'API_CONFIGURATION_ERROR',
    status: 503,
    error: 'temporarily_unavailable',
    description: down,
    retryAfterMs: 1_000,
  },
  {
    type: 'INTEGRATION_FAILURE',
    status: 503,
    error: 'temporarily_unavailable',
    description: down,
    retryAfterMs: 1_000,
  },
  {
    type: 'DEFAULT_5XX',
    status: 503,
    error: 'temporarily_unavailable',
    description: down,
    retryAfterMs: 1_000,
  },
  {
    type: 'INTEGRATION_TIMEOUT',
    status: 504,
    error: 'temporarily_unavailable',
    description: descriptions.outOfTime,
  },
  { type: 'AUTHORIZER_FAILURE', status: 500, error: 'server_error', description: descriptions.bug },
  {
    type: 'AUTHORIZER_CONFIGURATION_ERROR',
    status: 500,
    error: 'server_error',
    description: descriptions.bug,
  },
];

/** The response's headers, by name. */
export function gatewayHeaders({ retryAfterMs }: GatewayResponse): Record<string, string> {
  return { ...responseHeaders, ...(retryAfterMs !== undefined && retryAfterHeader(retryAfterMs)) };
}

/** The body as a template, in which API Gateway replaces `$context.requestId`. */
export function gatewayBody({ error, description }: GatewayResponse): string {
  return JSON.stringify({ error, error_description: description, request_id: '$context.requestId' });
}
