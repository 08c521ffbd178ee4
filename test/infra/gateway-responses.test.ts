import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { describe, expect, it } from 'vitest';
import { gatewayBody, gatewayHeaders, gatewayResponses } from '../../infra/api/gateway-responses.ts';

/** Written out a second time, so that a slip in the data shows. */
const expected: Record<string, [status: number | undefined, error: string, retryAfter?: string]> = {
  MISSING_AUTHENTICATION_TOKEN: [403, 'invalid_client'],
  INVALID_SIGNATURE: [403, 'invalid_client'],
  EXPIRED_TOKEN: [403, 'invalid_client'],
  ACCESS_DENIED: [403, 'invalid_client'],
  UNAUTHORIZED: [403, 'invalid_client'],
  INVALID_API_KEY: [403, 'invalid_client'],
  WAF_FILTERED: [403, 'invalid_client'],
  THROTTLED: [429, 'slow_down', '1'],
  QUOTA_EXCEEDED: [429, 'slow_down', '60'],
  BAD_REQUEST_BODY: [400, 'invalid_request'],
  BAD_REQUEST_PARAMETERS: [400, 'invalid_request'],
  RESOURCE_NOT_FOUND: [404, 'invalid_request'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'invalid_request'],
  DEFAULT_4XX: [undefined, 'invalid_request'],
  API_CONFIGURATION_ERROR: [503, 'temporarily_unavailable', '1'],
  INTEGRATION_FAILURE: [503, 'temporarily_unavailable', '1'],
  DEFAULT_5XX: [503, 'temporarily_unavailable', '1'],
  INTEGRATION_TIMEOUT: [504, 'temporarily_unavailable'],
  AUTHORIZER_FAILURE: [500, 'server_error'],
  AUTHORIZER_CONFIGURATION_ERROR: [500, 'server_error'],
};

describe("API Gateway's own answers", () => {
  it('are ours for every occasion that it has, but for the one that AWS keeps to itself', () => {
    const known = Object.values(ResponseType).flatMap((type) =>
      type instanceof ResponseType ? [type.responseType] : [],
    );
    const ours = gatewayResponses.map(({ type }) => type);
    const customisable = known.filter((type) => type !== 'REQUEST_TOO_LARGE');
    expect(ours.toSorted()).toEqual([...new Set([...customisable, 'WAF_FILTERED'])].toSorted());
    expect(ours.toSorted()).toEqual(Object.keys(expected).toSorted());
  });

  it.each(gatewayResponses.map((response) => [response.type, response] as const))('%s', (type, response) => {
    const [status, error, retryAfter] = expected[type] ?? [];
    expect(response.status).toBe(status);
    expect(gatewayHeaders(response)).toEqual({
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      Pragma: 'no-cache',
      ...(retryAfter && { 'Retry-After': retryAfter }),
    });
    const body = JSON.parse(gatewayBody(response));
    expect(body).toEqual({ error, error_description: expect.any(String), request_id: '$context.requestId' });
    expect(body.error_description).toMatch(/^[A-Z][^$#'"\\]*'?[^$#"\\]*\.$/);
  });
});
