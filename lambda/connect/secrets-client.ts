import { createAwsClient } from '../aws/aws-client.ts';

/** One version of a secret. `createdAt` is in epoch milliseconds. */
export type SecretValue = { text: string | undefined; versionId: string; createdAt: number | undefined };

/** Reads one version of a secret. Rejects with an AwsFault. */
export type ReadSecret = (secretId: string, stage: string, signal: AbortSignal) => Promise<SecretValue>;

/** Secrets Manager's GetSecretValue. */
export function createReadSecret(): ReadSecret {
  const call = createAwsClient({
    service: 'secretsmanager',
    targetPrefix: 'secretsmanager',
    jsonVersion: '1.1',
    endpointVariable: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
    maxAttempts: 3,
    connectTimeoutMs: 1_000,
    responseTimeoutMs: 2_000,
  });
  return async (secretId, stage, signal) =>
    readValue(await call('GetSecretValue', { SecretId: secretId, VersionStage: stage }, signal));
}

function readValue({
  SecretString: text,
  SecretBinary: bytes,
  VersionId: versionId,
  CreatedDate: seconds,
}: Record<string, unknown>): SecretValue {
  const decoded = typeof bytes === 'string' ? Buffer.from(bytes, 'base64').toString('utf8') : undefined;
  return {
    text: typeof text === 'string' ? text : decoded,
    versionId: typeof versionId === 'string' ? versionId : '',
    createdAt: typeof seconds === 'number' ? seconds * 1000 : undefined,
  };
}
