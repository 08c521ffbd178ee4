import type { APIGatewayProxyResult } from 'aws-lambda';
import { gatewayBody, gatewayHeaders, gatewayResponses } from '../../../infra/api/gateway-responses.ts';
import type { Decision } from './authorisation.ts';
import type { Verdict } from './sigv4.ts';

/**
 * AWS's own answers to bodies over its limits, which no API can customise: API Gateway's, which it gives before it looks
 * at anything else, and that to an event which Lambda does not take. Sources: Amazon API Gateway, "Quotas for configuring
 * and running a REST API"; AWS Lambda, "Lambda quotas". AWS documents the status; the texts are what callers have seen.
 */
const tooLarge = {
  forGateway: {
    bytes: 10 * 1024 * 1024,
    type: 'text/plain',
    body: 'HTTP content length exceeded 10485760 bytes.',
  },
  forLambda: { bytes: 6 * 1024 * 1024, type: 'application/json', body: '{"message":"Request Too Long"}' },
};

/** Under a name that leads to no API from there. No gateway response can customise it: there is no API to have one. */
export const noSuchApi: APIGatewayProxyResult = {
  statusCode: 403,
  headers: { 'Content-Type': 'application/json', 'x-amzn-ErrorType': 'ForbiddenException' },
  body: '{"message":"Forbidden"}',
};

/** Why API Gateway answered by itself. Its callers are not told; the terminal of the local stack is. */
export type GatewayVerdict =
  | {
      kind:
        | 'noSuchApi'
        | 'tooLarge'
        | 'THROTTLED'
        | 'INTEGRATION_TIMEOUT'
        | 'DEFAULT_5XX'
        | 'INTEGRATION_FAILURE';
    }
  | Exclude<Verdict, { kind: 'signed' }>
  | { kind: 'ACCESS_DENIED'; decision: Decision };

/** An answer of the function's, or one of API Gateway's own with the reason for it. */
export type Result = { answer: APIGatewayProxyResult; verdict?: GatewayVerdict };

/** One of the stack's gateway responses. */
export function ownAnswer(
  verdict: Exclude<GatewayVerdict, { kind: 'noSuchApi' | 'tooLarge' }>,
  requestId: string,
): Result {
  const response = gatewayResponses.find((one) => one.type === verdict.kind);
  if (response?.status === undefined)
    throw new Error(`The stack has no gateway response for ${verdict.kind}`);
  const body = gatewayBody(response).replace('$context.requestId', requestId);
  return { answer: { statusCode: response.status, headers: gatewayHeaders(response), body }, verdict };
}

/** The answer to a body over the limit of API Gateway, or of Lambda; undefined within it. */
export function tooLargeAnswer(whose: keyof typeof tooLarge, bytes: number): Result | undefined {
  const { bytes: most, type, body } = tooLarge[whose];
  if (bytes <= most) return undefined;
  return {
    answer: { statusCode: 413, headers: { 'Content-Type': type }, body },
    verdict: { kind: 'tooLarge' },
  };
}
