import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Fault, faultAnswer } from './faults.ts';
import { readBody, serve } from './server.ts';
import { type AccessKey, verifySignature } from './sigv4.ts';
import { headerLists } from './wire.ts';

type Version = { id: string; value: string; stages: string[] };

/** An AWS error: its name, and the status that the real service gives it. */
export type AwsError = { name: string; status: number };

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
  const reads: Array<{ secretId: string; stage: string }> = [];
  const unexpected: string[] = [];
  const state = { faults: [] as Fault[], standing: undefined as Fault | undefined };

  function put(name: string, value: string): void {
    const kept = (versions.get(name) ?? []).map((version) => ({
      ...version,
      stages: version.stages.includes('AWSCURRENT') ? ['AWSPREVIOUS'] : [],
    }));
    versions.set(name, [...kept, { id: randomUUID(), value, stages: ['AWSCURRENT'] }]);
  }
  for (const [name, value] of Object.entries(secrets)) put(name, value);

  async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const signed = verifySignature(
      {
        method: request.method ?? '',
        target: request.url ?? '/',
        headers: headerLists(request.rawHeaders),
        body,
      },
      { service: 'secretsmanager', region: 'us-east-1', keys, now: Date.now() },
    );
    if (signed.kind !== 'signed') return refuse(response, { name: 'InvalidSignatureException', status: 400 });
    const target = request.headers['x-amz-target'];
    if (target !== 'secretsmanager.GetSecretValue') {
      unexpected.push(String(target));
      return refuse(response, { name: 'UnknownOperationException', status: 400 });
    }
    const { SecretId: secretId, VersionStage: stage = 'AWSCURRENT' } = JSON.parse(body.toString('utf8'));
    reads.push({ secretId, stage });
    const fault = state.faults.shift() ?? state.standing;
    if (fault !== undefined && (await faultAnswer(fault, response, () => ({})))) return;
    const version = versions.get(secretId)?.find(({ stages }) => stages.includes(stage));
    if (version === undefined) return refuse(response, { name: 'ResourceNotFoundException', status: 400 });
    send(response, 200, {
      ARN: secretId.startsWith('arn:')
        ? secretId
        : `arn:aws:secretsmanager:us-east-1:111122223333:secret:${secretId}-AbCdEf`,
      Name: secretId,
      VersionId: version.id,
      SecretString: version.value,
      VersionStages: version.stages,
      CreatedDate: 1_700_000_000,
    });
  }

  const server = await serve((request, response) => {
    listener(request, response).catch((error: unknown) => {
      unexpected.push(String(error));
      response.destroy();
    });
  });

  return {
    ...server,
    /** Every GetSecretValue that was signed well, in order. */
    reads,
    unexpected,
    /** A new AWSCURRENT; what was current becomes AWSPREVIOUS. */
    put,
    remove: (name: string) => versions.delete(name),
    next: (...faults: Fault[]) => state.faults.push(...faults),
    always: (fault?: Fault) => {
      state.standing = fault;
    },
  };
}

/** A fault that answers with an AWS error. */
export function awsError(name: string, status = 400): Fault {
  return {
    kind: 'answer',
    status,
    body: { __type: name, message: `${name} from the emulator` },
    headers: { 'content-type': 'application/x-amz-json-1.1' },
  };
}

function refuse(response: ServerResponse, { name, status }: AwsError): void {
  send(response, status, { __type: name, message: `${name} from the emulator` });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
