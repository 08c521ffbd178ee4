import { randomUUID } from 'node:crypto';
import { type AwsAnswer, awsError, serveAws } from './aws-service.ts';
import type { AccessKey } from './sigv4.ts';

/** Bytes are stored as SecretBinary. */
type Value = string | Buffer;
type Version = { id: string; value: Value; stages: string[]; createdAt: number };

export type SecretsManager = Awaited<ReturnType<typeof startSecretsManager>>;

/** Secrets Manager's GetSecretValue over its JSON protocol, for clients who sign with one of `keys`. */
export async function startSecretsManager({
  secrets,
  keys,
}: {
  secrets: Record<string, string>;
  keys: AccessKey[];
}) {
  const versions = new Map<string, Version[]>();
  /** The clock of new versions, in epoch milliseconds. */
  const state = { now: () => Date.now() };
  const reads: Array<{ secretId: string; stage: string }> = [];

  function put(name: string, value: Value): void {
    const kept = (versions.get(name) ?? []).map((version) => ({
      ...version,
      stages: version.stages.includes('AWSCURRENT') ? ['AWSPREVIOUS'] : [],
    }));
    versions.set(name, [
      ...kept,
      { id: randomUUID(), value, stages: ['AWSCURRENT'], createdAt: state.now() },
    ]);
  }
  for (const [name, value] of Object.entries(secrets)) put(name, value);

  function asked(body: Buffer): { secretId: string; stage: string } {
    const { SecretId: secretId, VersionStage: stage = 'AWSCURRENT' } = JSON.parse(body.toString('utf8'));
    return { secretId, stage };
  }

  function answer(operation: string, body: Buffer): AwsAnswer {
    if (operation !== 'GetSecretValue') {
      service.unexpected.push(operation);
      return awsError('UnknownOperationException');
    }
    const { secretId, stage } = asked(body);
    const version = versions.get(secretId)?.find(({ stages }) => stages.includes(stage));
    if (version === undefined) {
      const missing = versions.has(secretId) ? `secret value for staging label: ${stage}` : 'secret.';
      const message = `Secrets Manager can't find the specified ${missing}`;
      return awsError('ResourceNotFoundException', 400, message);
    }
    return {
      status: 200,
      body: {
        ARN: secretId.startsWith('arn:')
          ? secretId
          : `arn:aws:secretsmanager:us-east-1:111122223333:secret:${secretId}-AbCdEf`,
        Name: secretId,
        VersionId: version.id,
        ...(Buffer.isBuffer(version.value)
          ? { SecretBinary: version.value.toString('base64') }
          : { SecretString: version.value }),
        VersionStages: version.stages,
        CreatedDate: version.createdAt / 1000,
      },
    };
  }

  const service = await serveAws({
    service: 'secretsmanager',
    keys,
    contentType: 'application/x-amz-json-1.1',
    seen: (operation, body) => {
      if (operation === 'GetSecretValue') reads.push(asked(body));
    },
    answer,
  });

  return {
    ...service,
    /** Every GetSecretValue that was signed well, in order. */
    reads,
    state,
    /** A new secret without a value, as the stack creates them. */
    create: (name: string) => void versions.set(name, []),
    /** A new AWSCURRENT; what was current becomes AWSPREVIOUS. */
    put,
    remove: (name: string) => versions.delete(name),
  };
}
