import { type AwsAnswer, awsError, serveAws } from './aws-service.ts';
import { createSecretVersions, SecretRefused, type SecretVersion } from './secret-versions.ts';
import type { AccessKey, Signer } from './sigv4.ts';

type Fields = { SecretId: string } & Partial<
  Record<
    | 'SecretString'
    | 'SecretBinary'
    | 'ClientRequestToken'
    | 'VersionStage'
    | 'MoveToVersionId'
    | 'RemoveFromVersionId',
    string
  >
>;

export type SecretsManager = Awaited<ReturnType<typeof startSecretsManager>>;

/**
 * Secrets Manager over its JSON protocol: GetSecretValue for clients who sign with one of `keys`; for `operators` also what
 * a rotation takes: PutSecretValue, ListSecretVersionIds and UpdateSecretVersionStage.
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

  function put({ SecretId, SecretString, SecretBinary, ClientRequestToken }: Fields): object {
    if ((SecretString === undefined) === (SecretBinary === undefined))
      throw new SecretRefused('InvalidParameterException');
    const value = SecretString ?? Buffer.from(SecretBinary ?? '', 'base64');
    return describe(SecretId, versions.put(SecretId, value, ClientRequestToken));
  }

  function list({ SecretId }: Fields): object {
    const found = versions.labelled(SecretId).map((version) => describe(SecretId, version));
    return { ...naming(SecretId), Versions: found };
  }

  function move({ SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId }: Fields): object {
    versions.move(SecretId, { stage: VersionStage ?? '', to: MoveToVersionId, from: RemoveFromVersionId });
    return naming(SecretId);
  }

  const forOperators: Record<string, (fields: Fields) => object> = {
    PutSecretValue: put,
    ListSecretVersionIds: list,
    UpdateSecretVersionStage: move,
  };

  function operate(act: (fields: Fields) => object, body: Buffer): AwsAnswer {
    const fields = JSON.parse(body.toString('utf8')) as Fields;
    if (!versions.has(fields.SecretId)) return notFound('secret.');
    try {
      return { status: 200, body: act(fields) };
    } catch (error) {
      if (error instanceof SecretRefused) return awsError(error.name);
      throw error;
    }
  }

  function answer(operation: string, body: Buffer, { accessKeyId }: { accessKeyId: string }): AwsAnswer {
    if (operation === 'GetSecretValue') return get(body);
    const act = Object.hasOwn(forOperators, operation) ? forOperators[operation] : undefined;
    const isOperator = operators.some((key) => key.accessKeyId === accessKeyId);
    if (act !== undefined && isOperator) return operate(act, body);
    service.unexpected.push(operation);
    return awsError(act === undefined ? 'UnknownOperationException' : 'AccessDeniedException');
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
    ...naming(secretId),
    VersionId: id,
    VersionStages: stages,
    CreatedDate: createdAt / 1000,
  };
}

function naming(secretId: string): object {
  const arn = secretId.startsWith('arn:')
    ? secretId
    : `arn:aws:secretsmanager:us-east-1:111122223333:secret:${secretId}-AbCdEf`;
  return { ARN: arn, Name: secretId };
}

function contentOf({ value }: SecretVersion): object {
  return Buffer.isBuffer(value) ? { SecretBinary: value.toString('base64') } : { SecretString: value };
}

function notFound(missing: string): AwsAnswer {
  return awsError('ResourceNotFoundException', 400, `Secrets Manager can't find the specified ${missing}`);
}
