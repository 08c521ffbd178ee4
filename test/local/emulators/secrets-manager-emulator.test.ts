import {
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awsError } from './aws-service.ts';
import { type SecretsManager, startSecretsManager } from './secrets-manager-emulator.ts';

const key = { accessKeyId: 'example-function', secretAccessKey: 'not-a-secret-function' };
const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:connect/beta-a1B2c3';

describe('the Secrets Manager emulator', () => {
  let emulator: SecretsManager;
  beforeEach(async () => {
    emulator = await startSecretsManager({ secrets: { 'connect/acme': 'one', [arn]: 'beta' }, keys: [key] });
  });
  afterEach(() => emulator.close());

  const clientWith = (credentials = key, maxAttempts = 1) =>
    new SecretsManagerClient({ region: 'us-east-1', endpoint: emulator.url, credentials, maxAttempts });
  const read = (input: Partial<GetSecretValueCommandInput> = {}, client = clientWith()) =>
    client.send(new GetSecretValueCommand({ SecretId: 'connect/acme', ...input }));

  it('gives the current version, by name or ARN, to an unmodified client', async () => {
    const answer = await read();
    expect([answer.SecretString, answer.Name, answer.VersionStages]).toEqual([
      'one',
      'connect/acme',
      ['AWSCURRENT'],
    ]);
    expect(answer.VersionId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(await read({ SecretId: arn })).toMatchObject({ SecretString: 'beta', ARN: arn });
  });

  it('moves what was current to AWSPREVIOUS, and forgets what was previous', async () => {
    await expect(read({ VersionStage: 'AWSPREVIOUS' })).rejects.toThrow(/staging label: AWSPREVIOUS$/);
    const { VersionId: first } = await read();
    emulator.put('connect/acme', 'two');
    expect((await read()).SecretString).toBe('two');
    expect(await read({ VersionStage: 'AWSPREVIOUS' })).toMatchObject({
      SecretString: 'one',
      VersionId: first,
    });
    emulator.put('connect/acme', 'three');
    expect((await read({ VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('two');
  });

  it('says when each version was made, in seconds as AWS does, and by a clock that tests can set', async () => {
    const createdAt = Date.UTC(2026, 0, 31, 12, 0, 0, 250);
    emulator.state.now = () => createdAt;
    emulator.put('connect/acme', 'two');
    emulator.state.now = () => createdAt + 86_400_000;
    emulator.put('connect/acme', 'three');
    expect((await read()).CreatedDate).toEqual(new Date(createdAt + 86_400_000));
    expect((await read({ VersionStage: 'AWSPREVIOUS' })).CreatedDate).toEqual(new Date(createdAt));
  });

  it('has no secret that it was not given, or that was removed', async () => {
    await expect(read({ SecretId: 'connect/other' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    emulator.remove('connect/acme');
    await expect(read()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('has no value in a secret that nobody has filled in, and says so as AWS does', async () => {
    emulator.create('connect/new');
    await expect(read({ SecretId: 'connect/new' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    });
    emulator.remove('connect/new');
    await expect(read({ SecretId: 'connect/new' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
    });
    emulator.create('connect/new');
    emulator.put('connect/new', 'filled in');
    expect((await read({ SecretId: 'connect/new' })).SecretString).toBe('filled in');
  });

  it('refuses a wrong secret key, an unknown key, and no signature at all', async () => {
    const wrong = [
      { ...key, secretAccessKey: 'wrong' },
      { ...key, accessKeyId: 'example-nobody' },
    ];
    for (const credentials of wrong) await expect(read({}, clientWith(credentials))).rejects.toThrow();
    const unsigned = await fetch(emulator.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'secretsmanager.GetSecretValue' },
      body: '{"SecretId":"connect/acme"}',
    });
    expect(unsigned.status).toBe(400);
    expect(emulator.reads).toEqual([]);
  });

  it.each([
    ['AccessDeniedException', 400],
    ['DecryptionFailure', 400],
    ['InvalidRequestException', 400],
    ['ThrottlingException', 400],
    ['InternalServiceError', 500],
  ])('answers %s once, as the client knows it', async (name, status) => {
    emulator.next(awsError(name, status));
    await expect(read()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
    expect((await read()).SecretString).toBe('one');
  });

  it('is tried again by the client after a reset', async () => {
    emulator.next({ kind: 'reset' });
    expect((await read({}, clientWith(key, 2))).SecretString).toBe('one');
  });

  it('fails loudly for what it is not', async () => {
    await expect(clientWith().send(new ListSecretsCommand({}))).rejects.toThrow();
    expect(emulator.unexpected).toEqual(['ListSecrets']);
  });
});
