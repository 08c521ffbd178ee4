import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunction } from '../../infra/bundle.ts';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { startConnect } from '../stack/connect.ts';
import { startDynamoDB } from '../stack/dynamodb.ts';
import { startSecretsManager } from '../stack/secrets-manager.ts';
import { functionEnvironment } from '../stack/stack.ts';
import { policyText } from '../vending/policy.ts';

/** The built bundle and the emulators that it calls; its environment is this process's own from now on. */
export async function startHarness() {
  const keys = [{ accessKeyId: 'function-role', secretAccessKey: 'function-role-secret' }];
  const pair = { clientId: 'bench-id', clientSecret: 'bench-secret' };
  const secret = JSON.stringify({ client_id: pair.clientId, client_secret: pair.clientSecret });
  const [connect, secretsManager, dynamodb] = await Promise.all([
    startConnect({ applications: [pair] }),
    startSecretsManager({ secrets: { 'connect/acme': secret }, keys }),
    startDynamoDB({ keys }),
  ]);
  const { policy } = compilePolicy(policyText(connect.url), 'policy.yaml');
  const bundle = await mkdtemp(join(tmpdir(), 'bench-'));
  const built = await bundleFunction({ policy, into: bundle });
  const environment = functionEnvironment({ secretsManager: secretsManager.url, dynamodb: dynamodb.url });
  Object.assign(process.env, environment);
  return {
    policy,
    bundle,
    built,
    environment,
    connect,
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
  Authorization:
    'AWS4-HMAC-SHA256 Credential=EXAMPLE/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=0000',
  'Content-Type': 'application/json',
  Host: 'example.execute-api.us-east-1.amazonaws.com',
  'User-Agent': 'bench',
  'X-Amz-Date': '20260101T000000Z',
  'X-Amz-Security-Token': 'x'.repeat(900),
  'X-Amzn-Trace-Id': 'Root=1-00000000-000000000000000000000000',
  'X-Forwarded-For': '192.0.2.1',
  'X-Forwarded-Port': '443',
  'X-Forwarded-Proto': 'https',
};

/** A token request as API Gateway hands it on. */
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
      requestId: '00000000-0000-0000-0000-000000000000',
      requestTimeEpoch: Date.now(),
      identity: {
        userArn: 'arn:aws:sts::111122223333:assumed-role/checkout-api/session',
        accountId: '111122223333',
      },
    },
    body: '{"grant_type":"client_credentials","client_id":"acme","scope":"connect:fulfillment"}',
    isBase64Encoded: false,
  };
}

export function lambdaContext(): object {
  return { awsRequestId: '00000000-0000-0000-0000-000000000000', getRemainingTimeInMillis: () => 27_000 };
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
