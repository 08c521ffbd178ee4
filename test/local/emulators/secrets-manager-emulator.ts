import { type AwsAnswer, awsError, serveAws } from './aws-service.ts';
import { createSecretVersions, type SecretVersion, VersionExists } from './secret-versions.ts';
import type { AccessKey, Signer } from './sigv4.ts';

export type SecretsManager = Awaited<ReturnType<typeof startSecretsManager>>;

/**
 * Secrets Manager over its JSON protocol: GetSecretValue for clients who sign with one of `keys`, and PutSecretValue too for
 * `operators`.
 */
export async function startSecretsManager({
  secrets,
  keys,
  operators = [],
}: {
  secrets: Record<string, string>;
  keys: Signer[];
  operators?: AccessKey[];
}) {
  /** The clock of new versions, in epoch milliseconds. */
  const state = { now: () => Date.now() };
  const versions = createSecretVersions(() => state.now());
  const reads: Array<{ secretId: string; stage: string }> = [];
  for (const [name, value] of Object.entries(secrets)) versions.put(name, value);

  function get(body: Buffer): AwsAnswer {
    const { secretId, stage } = readAsked(body);
    const version = versions.find(secretId, stage);
    if (version !== undefined)
      return { status: 200, body: { ...contentOf(version), ...describe(secretId, version) } };
    return notFound(versions.has(secretId) ? `secret value for staging label: ${stage}` : 'secret.');
  }

  function put(body: Buffer): AwsAnswer {
    const { SecretId, SecretString, SecretBinary, ClientRequestToken } = JSON.parse(body.toString('utf8'));
    if (!versions.has(SecretId)) return notFound('secret.');
    if ((SecretString === undefined) === (SecretBinary === undefined))
      return awsError(
        'InvalidParameterException',
        400,
        'You must provide either SecretString or SecretBinary.',
      );
    try {
      const value = SecretString ?? Buffer.from(SecretBinary, 'base64');
      return { status: 200, body: describe(SecretId, versions.put(SecretId, value, ClientRequestToken)) };
    } catch (error) {
      if (error instanceof VersionExists) return awsError(error.name);
      throw error;
    }
  }

  function answer(operation: string, body: Buffer, { accessKeyId }: { accessKeyId: string }): AwsAnswer {
    const isOperator = operators.some((key) => key.accessKeyId === accessKeyId);
    if (operation === 'GetSecretValue') return get(body);
    if (operation === 'PutSecretValue' && isOperator) return put(body);
    service.unexpected.push(operation);
    return awsError(operation === 'PutSecretValue' ? 'AccessDeniedException' : 'UnknownOperationException');
  }

  const service = await serveAws({
    service: 'secretsmanager',
    keys: [...keys, ...operators],
    contentType: 'application/x-amz-json-1.1',
    seen: (operation, body) => {
      if (operation === 'GetSecretValue') reads.push(readAsked(body));
    },
    answer,
  });

  return {
    ...service,
    /** Every GetSecretValue that was signed well, in order. */
    reads,
    state,
    /** A new secret without a value, as the stack creates them. */
    create: versions.create,
    /** A new AWSCURRENT; what was current becomes AWSPREVIOUS. */
    put: versions.put,
    remove: versions.remove,
  };
}

function readAsked(body: Buffer): { secretId: string; stage: string } {
  const { SecretId: secretId, VersionStage: stage = 'AWSCURRENT' } = JSON.parse(body.toString('utf8'));
  return { secretId, stage };
}

function describe(secretId: string, { id, stages, createdAt }: SecretVersion): object {
  return {
    ARN: secretId.startsWith('arn:')
      ? secretId
      : `arn:aws:secretsmanager:us-east-1:111122223333:secret:${secretId}-AbCdEf`,
    Name: secretId,
    VersionId: id,
    VersionStages: stages,
    CreatedDate: createdAt / 1000,
  };
}

function contentOf({ value }: SecretVersion): object {
  return Buffer.isBuffer(value) ? { SecretBinary: value.toString('base64') } : { SecretString: value };
}

function notFound(missing: string): AwsAnswer {
  return awsError('ResourceNotFoundException', 400, `Secrets Manager can't find the specified ${missing}`);
}
