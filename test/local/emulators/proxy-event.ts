import type { IncomingMessage } from 'node:http';
import { ownAccount } from './authorisation.ts';
import { accountOf, type Caller, userArnOf } from './callers.ts';
import { pairs } from './wire.ts';

/** The REST API's Lambda proxy event, for the resources `/` and `/{proxy+}`. */
export function proxyEvent(
  { method = '', url = '/', rawHeaders }: IncomingMessage,
  body: Buffer,
  caller: Caller,
  requestId: string,
  now: number,
): object {
  const [rawPath = '/', ...rest] = url.split('?');
  const path = decodeURIComponent(rawPath);
  const query = [...new URLSearchParams(rest.join('?'))];
  const headers = pairs(rawHeaders);
  const atRoot = path === '/';
  return {
    resource: atRoot ? '/' : '/{proxy+}',
    path,
    httpMethod: method,
    headers: lastOf(headers),
    multiValueHeaders: listOf(headers),
    queryStringParameters: query.length === 0 ? null : lastOf(query),
    multiValueQueryStringParameters: query.length === 0 ? null : listOf(query),
    pathParameters: atRoot ? null : { proxy: path.slice(1) },
    stageVariables: null,
    body: body.length === 0 ? null : body.toString('utf8'),
    isBase64Encoded: false,
    requestContext: {
      accountId: ownAccount,
      apiId: 'local',
      stage: 'local',
      protocol: 'HTTP/1.1',
      httpMethod: method,
      path,
      resourcePath: atRoot ? '/' : '/{proxy+}',
      requestId,
      extendedRequestId: requestId,
      requestTimeEpoch: now,
      identity: {
        userArn: userArnOf(caller),
        accountId: accountOf(caller),
        accessKey: caller.accessKeyId,
        caller: caller.accessKeyId,
        user: caller.accessKeyId,
        sourceIp: '127.0.0.1',
        userAgent: lastOf(headers)['User-Agent'] ?? null,
        cognitoIdentityId: null,
      },
    },
  };
}

function lastOf(entries: ReadonlyArray<[string, string]>): Record<string, string> {
  return Object.fromEntries(entries);
}

function listOf(entries: ReadonlyArray<[string, string]>): Record<string, string[]> {
  return Object.fromEntries(
    entries.map(([name]) => [name, entries.filter(([other]) => other === name).map(([, value]) => value)]),
  );
}
