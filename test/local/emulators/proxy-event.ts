import type { IncomingMessage } from 'node:http';
import type { Arrival } from './address.ts';
import { accountOf, type Caller, userArnOf } from './callers.ts';
import { pairs } from './wire.ts';

/**
 * The REST API's Lambda proxy event, for the resources `/` and `/{proxy+}`. `path` has a domain's base path, the proxy
 * parameter has not.
 */
export function proxyEvent(
  { method = '', url = '/', rawHeaders }: IncomingMessage,
  body: Buffer,
  { host, sourceVpce, basePath }: Arrival,
  caller: Caller,
  { requestId, now, account }: { requestId: string; now: number; account: string },
): object {
  const [rawPath = '/', ...rest] = url.split('?');
  const path = decodeURIComponent(rawPath);
  const query = [...new URLSearchParams(rest.join('?'))];
  const headers = pairs(rawHeaders);
  const belowMapping = path.slice(basePath.length) || '/';
  const atRoot = belowMapping === '/';
  return {
    resource: atRoot ? '/' : '/{proxy+}',
    path,
    httpMethod: method,
    headers: lastOf(headers),
    multiValueHeaders: listOf(headers),
    queryStringParameters: query.length === 0 ? null : lastOf(query),
    multiValueQueryStringParameters: query.length === 0 ? null : listOf(query),
    pathParameters: atRoot ? null : { proxy: belowMapping.slice(1) },
    stageVariables: null,
    body: body.length === 0 ? null : body.toString('utf8'),
    isBase64Encoded: false,
    requestContext: {
      accountId: account,
      apiId: 'local',
      stage: 'local',
      protocol: 'HTTP/1.1',
      domainName: host,
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
        ...(sourceVpce !== undefined && { vpceId: sourceVpce }),
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
