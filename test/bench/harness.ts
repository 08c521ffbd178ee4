import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '../../infra/bundle.ts';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { startConnect } from '../local/emulators/connect-emulator.ts';
import { startDynamoDB } from '../local/emulators/dynamodb-emulator.ts';
import { startSecretsManager } from '../local/emulators/secrets-manager-emulator.ts';
import { functionEnvironment, functionKey } from '../local/instance/system.ts';
import { policyText } from '../support/front-door-policy.ts';

/** The built bundle and the emulators that it calls; its environment is this process's own from now on. */
export async function startHarness() {
  const keys = [functionKey];
  const pair = { clientId: 'bench-id', clientSecret: 'bench-secret' };
  const secret = JSON.stringify({ client_id: pair.clientId, client_secret: pair.clientSecret });
  const [connect, secretsManager, dynamodb] = await Promise.all([
    startConnect({ applications: [pair] }),
    startSecretsManager({ secrets: { 'connect/acme': secret }, keys }),
    startDynamoDB({ keys }),
  ]);
  const { policy } = compilePolicy(policyText(connect.url), 'policy.yaml');
  const bundle = await mkdtemp(join(tmpdir(), 'bench-'));
  const built = bundleFunctions({ policy, into: bundle });
  const environment = {
    ...functionEnvironment({ secretsManager: secretsManager.url, dynamodb: dynamodb.url }),
    // For the vendors that ours is compared with.
    CONNECT_URL: connect.url,
  };
  Object.assign(process.env, environment);
  return {
    policy,
    bundle,
    built,
    environment,
    connect,
    secretsManager,
    dynamodb,
    close: async () => {
      await Promise.all([connect, secretsManager, dynamodb].map((one) => one.close()));
      await Promise.all(
        [bundle, `${bundle}-maps`].map((folder) => rm(folder, { recursive: true, force: true })),
      );
    },
  };
}

const headers: Record<string, string> = {
  Accept: 'application/json',
  'Accept-Encoding': 'gzip, deflate, br',
  'Accept-Language': '*',
  Authorization:
    'AWS4-HMAC-SHA256 Credential=EXAMPLE/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=0000',
  'Cache-Control': 'no-cache',
  'Content-Length': '84',
  'Content-Type': 'application/json',
  Host: 'example.execute-api.us-east-1.amazonaws.com',
  Pragma: 'no-cache',
  'Sec-Fetch-Mode': 'cors',
  Traceparent: '00-00000000000000000000000000000000-0000000000000000-00',
  'User-Agent': 'bench',
  Via: '1.1 example',
  'X-Amz-Content-Sha256': '0'.repeat(64),
  'X-Amz-Date': '20260101T000000Z',
  'X-Amz-Security-Token': 'x'.repeat(900),
  'X-Amzn-Trace-Id': 'Root=1-00000000-000000000000000000000000',
  'X-Forwarded-For': '192.0.2.1',
  'X-Forwarded-Port': '443',
  'X-Forwarded-Proto': 'https',
};

export type Handler = (event: object, context: object) => Promise<unknown>;

/** A token request as API Gateway's regional REST API hands it on. */
export function proxyEvent(): object {
  return {
    resource: '/{proxy+}',
    path: '/v2/oauth/token',
    httpMethod: 'POST',
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { proxy: 'v2/oauth/token' },
    stageVariables: null,
    requestContext: {
      accountId: '111122223333',
      apiId: 'example',
      domainName: 'example.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'example',
      extendedRequestId: 'example=',
      httpMethod: 'POST',
      path: '/prod/v2/oauth/token',
      protocol: 'HTTP/1.1',
      requestId: '00000000-0000-0000-0000-000000000000',
      requestTime: '01/Jan/2026:00:00:00 +0000',
      requestTimeEpoch: Date.now(),
      resourceId: 'example',
      resourcePath: '/{proxy+}',
      stage: 'prod',
      identity: {
        accessKey: 'EXAMPLE',
        accountId: '111122223333',
        caller: 'EXAMPLE:session',
        sourceIp: '192.0.2.1',
        user: 'EXAMPLE:session',
        userAgent: 'bench',
        userArn: 'arn:aws:sts::111122223333:assumed-role/checkout-api/session',
      },
    },
    body: '{"grant_type":"client_credentials","client_id":"acme","scope":"connect:fulfillment"}',
    isBase64Encoded: false,
  };
}

export function lambdaContext(): object {
  return { awsRequestId: '00000000-0000-0000-0000-000000000000', getRemainingTimeInMillis: () => 27_000 };
}
