import {
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SecretsManager, startSecretsManager } from './secrets-manager-emulator.ts';

const key = { accessKeyId: 'example-function', secretAccessKey: 'not-a-secret-function' };
const operator = { accessKeyId: 'example-operator', secretAccessKey: 'not-a-secret-operator' };

describe('the Secrets Manager emulator, for operators,', () => {
  let emulator: SecretsManager;
  beforeEach(async () => {
    emulator = await startSecretsManager({
      secrets: { 'connect/acme': 'one' },
      keys: [key],
      operators: [operator],
    });
  });
  afterEach(() => emulator.close());

  const clientWith = (credentials = key) =>
    new SecretsManagerClient({ region: 'us-east-1', endpoint: emulator.url, credentials, maxAttempts: 1 });
  const read = (input: Partial<GetSecretValueCommandInput> = {}, client = clientWith()) =>
    client.send(new GetSecretValueCommand({ SecretId: 'connect/acme', ...input }));

  it('takes a new value, and once where it is sent again', async () => {
    const put = (SecretString: string, ClientRequestToken?: string) =>
      clientWith(operator).send(
        new PutSecretValueCommand({ SecretId: 'connect/acme', SecretString, ClientRequestToken }),
      );
    const token = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
    for (const _ of [1, 2])
      expect(await put('two', token)).toMatchObject({ VersionId: token, VersionStages: ['AWSCURRENT'] });
    await expect(put('three', token)).rejects.toMatchObject({ name: 'ResourceExistsException' });
    expect((await read()).SecretString).toBe('two');
    expect((await read({ VersionStage: 'AWSPREVIOUS' }, clientWith(operator))).SecretString).toBe('one');
    await expect(
      clientWith(operator).send(new PutSecretValueCommand({ SecretId: 'connect/x', SecretString: 'x' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(
      clientWith(operator).send(new PutSecretValueCommand({ SecretId: 'connect/acme' })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
    expect(emulator.unexpected).toEqual([]);
  });

  it('moves AWSCURRENT back, and AWSPREVIOUS with it', async () => {
    const wrong = emulator.put('connect/acme', 'wrong').id;
    const client = clientWith(operator);
    const stagesById = async () => {
      const { Versions = [] } = await client.send(
        new ListSecretVersionIdsCommand({ SecretId: 'connect/acme' }),
      );
      return Object.fromEntries(Versions.map(({ VersionId, VersionStages }) => [VersionId, VersionStages]));
    };
    const good = (await read({ VersionStage: 'AWSPREVIOUS' })).VersionId ?? '';
    const move = (to?: string, from?: string) =>
      client.send(
        new UpdateSecretVersionStageCommand({
          ...{ SecretId: 'connect/acme', VersionStage: 'AWSCURRENT' },
          ...{ MoveToVersionId: to, RemoveFromVersionId: from },
        }),
      );
    expect(await stagesById()).toEqual({ [good]: ['AWSPREVIOUS'], [wrong]: ['AWSCURRENT'] });
    await expect(move(good)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(move(good, good)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(move(undefined, wrong)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(move('x'.repeat(32), wrong)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect((await read()).SecretString).toBe('wrong');
    await move(good, wrong);
    expect(await stagesById()).toEqual({ [good]: ['AWSCURRENT'], [wrong]: ['AWSPREVIOUS'] });
    expect((await read()).SecretString).toBe('one');
  });

  it('takes no value from anybody else, and finds it remarkable that one tries', async () => {
    const command = new PutSecretValueCommand({ SecretId: 'connect/acme', SecretString: 'x' });
    await expect(clientWith().send(command)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect((await read()).SecretString).toBe('one');
    expect(emulator.unexpected).toEqual(['PutSecretValue']);
  });

  it('checks each signature by the clock of its holder, and tells that clock', async () => {
    await emulator.close();
    const now = () => Date.now() + 86_400_000;
    emulator = await startSecretsManager({
      secrets: { 'connect/acme': 'one' },
      keys: [{ ...key, now }],
      operators: [operator],
    });
    const ahead = { systemClockOffset: 86_400_000 };
    const sendWith = (credentials: typeof key, options = {}) =>
      new SecretsManagerClient({
        ...{ region: 'us-east-1', endpoint: emulator.url, credentials, maxAttempts: 1, ...options },
      }).send(new GetSecretValueCommand({ SecretId: 'connect/acme' }));
    expect((await sendWith(key, ahead)).SecretString).toBe('one');
    expect((await sendWith(operator)).SecretString).toBe('one');
    await expect(sendWith(key)).rejects.toThrow();
    await expect(sendWith(operator, ahead)).rejects.toThrow();
  });
});
