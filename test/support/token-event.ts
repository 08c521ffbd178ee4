import { randomUUID } from 'node:crypto';
import { accountOf, type Caller, userArnOf } from '../local/emulators/callers.ts';

/** What API Gateway makes of a token request, as far as the function reads it. */
export type TokenEvent = {
  httpMethod: string;
  path: string;
  pathParameters: Record<string, string> | null;
  headers: Record<string, string>;
  multiValueHeaders?: Record<string, string[]>;
  queryStringParameters?: Record<string, string>;
  multiValueQueryStringParameters?: Record<string, string[]>;
  body: string | null;
  isBase64Encoded?: boolean;
  requestContext: {
    requestId: string;
    requestTimeEpoch: number;
    identity: { userArn?: unknown; accountId?: unknown };
  };
};

export function tokenEvent(caller: Caller, fields: object): TokenEvent {
  return {
    httpMethod: 'POST',
    path: '/v2/oauth/token',
    pathParameters: { proxy: 'v2/oauth/token' },
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: 'acme', grant_type: 'client_credentials', ...fields }),
    requestContext: {
      requestId: randomUUID(),
      requestTimeEpoch: Date.now(),
      identity: { userArn: userArnOf(caller), accountId: accountOf(caller) },
    },
  };
}
