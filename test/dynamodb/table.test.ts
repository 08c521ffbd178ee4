import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDynamoDBClient, createDynamoDBTable } from '../../lambda/dynamodb/dynamodb-table.ts';
import { type Token, type TokenIdentity, tokenKey } from '../../lambda/tokens/token.ts';
import { TableUnavailable, type TokenTable } from '../../lambda/tokens/token-table.ts';
import { Secret } from '../../lambda/values/secret.ts';
import {
  type DynamoDB,
  startDynamoDB,
  tableFaults,
  tableName,
} from '../local/emulators/dynamodb-emulator.ts';
import { functionEnvironment, functionKey } from '../local/instance/system.ts';
import { createMemoryTable } from '../support/memory-table.ts';

const identity: TokenIdentity = {
  baseUrl: 'https://connect.example',
  client: 'acme',
  grantType: 'client_credentials',
  scopes: ['b', 'a'],
  retailerId: 'garden',
  subject: undefined,
};
const key = tokenKey(identity);
const now = Date.now();
const value = new Secret('canary-token');
const token: Token = {
  value,
  sha256: value.sha256(),
  scopes: ['a', 'b'],
  expiresAt: now + 86_400_000,
  firstSeenAt: now,
  lifetime: 86_400_000,
  broughtBack: false,
};
const { signal } = new AbortController();
const claim = { owner: 'one', now, until: now + 12_000, keepUntil: now + 12_000, seen: 0 };

let dynamodb: DynamoDB;
let real: TokenTable;
beforeAll(async () => {
  dynamodb = await startDynamoDB({ keys: [functionKey] });
  const environment = functionEnvironment({ secretsManager: '', dynamodb: dynamodb.url });
  for (const [name, text] of Object.entries(environment)) vi.stubEnv(name, text);
  real = createDynamoDBTable(createDynamoDBClient({ maxAttempts: 2 }), tableName);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await dynamodb.close();
});

describe.each(['DynamoDB', 'memory'] as const)('the table, in %s', (kind) => {
  let table: TokenTable;
  beforeEach(async () => {
    await dynamodb.clear();
    table = kind === 'DynamoDB' ? real : createMemoryTable().table;
  });

  it('knows nothing of a token that nobody minted', async () => {
    expect(await table.read(key, identity, signal)).toEqual({
      shared: undefined,
      lease: undefined,
      forced: undefined,
    });
  });

  it('gives the lease to one of many, and what they write to all', async () => {
    const owners = ['one', 'two', 'three', 'four', 'five'];
    const leased = await Promise.all(owners.map((owner) => table.lease(key, { ...claim, owner }, signal)));
    expect(leased.filter(Boolean)).toHaveLength(1);
    const owner = owners[leased.indexOf(true)] as string;
    expect((await table.read(key, identity, signal)).lease).toEqual({ owner, until: claim.until });
    expect(await table.write(key, owner, { token, generation: 1 }, identity, signal)).toBe(true);
    const row = await table.read(key, identity, signal);
    expect(row.lease).toBeUndefined();
    expect(row.shared?.generation).toBe(1);
    expect({ ...row.shared?.token, value: row.shared?.token.value.reveal() }).toEqual({
      ...token,
      value: 'canary-token',
    });
  });

  it('gives a lease anew when it has ended, was released, or is taken over from its dead holder', async () => {
    await table.lease(key, claim, signal);
    expect(await table.lease(key, { ...claim, owner: 'two' }, signal)).toBe(false);
    expect(await table.lease(key, { ...claim, owner: 'two', now: claim.until + 1 }, signal)).toBe(true);
    const over = { owner: 'two', until: claim.until };
    expect(
      await table.lease(key, { ...claim, owner: 'three', over: { ...over, owner: 'one' } }, signal),
    ).toBe(false);
    expect(await table.lease(key, { ...claim, owner: 'three', over }, signal)).toBe(true);
    await table.release(key, 'two', signal);
    expect(await table.lease(key, { ...claim, owner: 'four' }, signal)).toBe(false);
    await table.release(key, 'three', signal);
    expect(await table.lease(key, { ...claim, owner: 'four' }, signal)).toBe(true);
  });

  it('gives a lease to its owner again: the first answer may have been lost', async () => {
    expect(await table.lease(key, claim, signal)).toBe(true);
    expect(await table.lease(key, claim, signal)).toBe(true);
    expect(await table.lease(key, { ...claim, owner: 'two' }, signal)).toBe(false);
  });

  it('takes nothing from a late writer, and no claim on a token that was replaced', async () => {
    await table.lease(key, claim, signal);
    await table.lease(key, { ...claim, owner: 'two', now: claim.until + 1 }, signal);
    expect(await table.write(key, 'two', { token, generation: 1 }, identity, signal)).toBe(true);
    expect(
      await table.write(key, 'one', { token: { ...token, expiresAt: 1 }, generation: 1 }, identity, signal),
    ).toBe(false);
    expect((await table.read(key, identity, signal)).shared?.token.expiresAt).toBe(token.expiresAt);
    expect(await table.lease(key, claim, signal)).toBe(false);
    expect(await table.lease(key, { ...claim, seen: 2 }, signal)).toBe(false);
    expect(await table.lease(key, { ...claim, seen: 1 }, signal)).toBe(true);
  });

  it('remembers a forced renewal, and a claim made regardless wins', async () => {
    await table.lease(key, { ...claim, forced: { at: now, gap: 60_000 } }, signal);
    expect((await table.read(key, identity, signal)).forced).toEqual({ at: now, gap: 60_000 });
    expect(await table.lease(key, { ...claim, owner: 'two', regardless: true }, signal)).toBe(true);
    expect(await table.write(key, 'two', { token, generation: 1 }, identity, signal)).toBe(true);
  });

  it('keeps a hold by its version', async () => {
    const hold = { failures: 1, until: now + 1_000, kind: 'unavailable' as const, version: 1 };
    expect(await table.writeHold('client', hold, 0, signal)).toBe(true);
    expect(await table.writeHold('client', hold, 0, signal)).toBe(false);
    expect(await table.writeHold('client', { ...hold, failures: 2, version: 2 }, 1, signal)).toBe(true);
    expect(await table.readHold('client', signal)).toEqual({ ...hold, failures: 2, version: 2 });
    expect(await table.readHold('other', signal)).toBeUndefined();
  });
});

describe('an item', () => {
  beforeEach(async () => {
    await dynamodb.clear();
    await real.lease(key, claim, signal);
    await real.write(key, 'one', { token, generation: 1 }, identity, signal);
  });
  const item = async () =>
    (await dynamodb.administrator.send(new GetItemCommand({ TableName: tableName, Key: { pk: { S: key } } })))
      .Item;
  const change = (name: string, attribute: object) =>
    dynamodb.administrator.send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: { pk: { S: key } },
        UpdateExpression: 'SET #name = :value',
        ExpressionAttributeNames: { '#name': name },
        ExpressionAttributeValues: { ':value': attribute as never },
      }),
    );

  it('says what it is the token of, and goes after token and lease', async () => {
    const found = await item();
    expect(found).toMatchObject({
      client: { S: 'acme' },
      grant_type: { S: 'client_credentials' },
      retailer_id: { S: 'garden' },
      asked_scopes: { L: [{ S: 'a' }, { S: 'b' }] },
    });
    expect(Number(found?.['ttl']?.N) * 1000).toBeGreaterThan(token.expiresAt);
  });

  it.each<[string, string, object]>([
    ['of another version', 'v', { N: '2' }],
    ['of another client', 'client', { S: 'beta' }],
    ['of other scopes', 'asked_scopes', { L: [{ S: 'a' }] }],
    ['of another retailer', 'retailer_id', { S: 'other' }],
    ['of another host', 'base_url', { S: 'https://evil.example' }],
    ['whose token is not the one that was hashed', 'access_token', { S: 'another' }],
    ['whose token is empty', 'access_token', { S: '' }],
    ['whose expiry is text', 'expires_at', { S: 'tomorrow' }],
    ['whose expiry is a list', 'expires_at', { L: [] }],
    ['whose scopes are a map', 'asked_scopes', { M: {} }],
  ])('%s is a miss, and can be replaced', async (_what, name, attribute) => {
    await change(name, attribute);
    expect((await real.read(key, identity, signal)).shared).toBeUndefined();
    expect(await real.lease(key, { ...claim, owner: 'two', regardless: true }, signal)).toBe(true);
    expect(await real.write(key, 'two', { token, generation: 1 }, identity, signal)).toBe(true);
    expect((await real.read(key, identity, signal)).shared?.generation).toBe(1);
  });

  it.each([
    ['no end', undefined],
    ['an end that is text', { S: 'tomorrow' }],
  ])('with a lease that has %s can be leased', async (_what, until) => {
    await change('lease_owner', { S: 'lost' });
    if (until !== undefined) await change('lease_until', until);
    expect((await real.read(key, identity, signal)).lease).toBeUndefined();
    expect(await real.lease(key, { ...claim, owner: 'two', seen: 1 }, signal)).toBe(true);
  });

  it('that is nothing of ours is a miss', async () => {
    await dynamodb.administrator.send(
      new PutItemCommand({ TableName: tableName, Item: { pk: { S: key }, x: { NULL: true } } }),
    );
    expect(await real.read(key, identity, signal)).toEqual({
      shared: undefined,
      lease: undefined,
      forced: undefined,
    });
  });
});

describe('a connection to the table', () => {
  it('that has lain idle is not used again: what lies between may have forgotten it', async () => {
    const before = dynamodb.connections();
    const client = createDynamoDBClient({ maxAttempts: 2 });
    const table = createDynamoDBTable(client, tableName);
    await table.read(key, identity, signal);
    await table.read(key, identity, signal);
    expect(dynamodb.connections() - before).toBe(1);
    await sleep(20_500);
    await table.read(key, identity, signal);
    expect(dynamodb.connections() - before).toBe(2);
    client.destroy();
  }, 30_000);
});

describe('a hold', () => {
  const attributes = {
    v: { N: '1' },
    failures: { N: '1' },
    hold_until: { N: '1' },
    hold_version: { N: '1' },
  };
  it.each<[string, Record<string, AttributeValue>]>([
    ['of another version', { ...attributes, kind: { S: 'unavailable' }, v: { N: '2' } }],
    ['of a kind that nobody knows', { ...attributes, kind: { S: 'from_the_future' } }],
    ['whose end is text', { ...attributes, kind: { S: 'unavailable' }, hold_until: { S: 'tomorrow' } }],
  ])('%s is none', async (_what, item) => {
    const Item = { pk: { S: 'client' }, ...item };
    await dynamodb.administrator.send(new PutItemCommand({ TableName: tableName, Item }));
    expect(await real.readHold('client', signal)).toBeUndefined();
  });
});

describe('a table whose answers get lost', () => {
  beforeEach(() => dynamodb.clear());

  it('has given the lease and taken the token all the same', async () => {
    dynamodb.next({ kind: 'resetDone' });
    expect(await real.lease(key, claim, signal)).toBe(true);
    dynamodb.next({ kind: 'resetDone' });
    // Sent twice, and the second time there is no lease any more: a reader finds the token.
    expect(await real.write(key, 'one', { token, generation: 1 }, identity, signal)).toBe(false);
    expect((await real.read(key, identity, signal)).shared?.token.sha256).toBe(token.sha256);
  });
});

describe('a table in trouble', () => {
  afterAll(() => dynamodb.always());

  it.each(tableFaults)('%s is unavailable, within a second and a half', async (_what, fault) => {
    dynamodb.always(fault);
    const startedAt = performance.now();
    await expect(real.read(key, identity, signal)).rejects.toThrow(TableUnavailable);
    await expect(real.release(key, 'one', signal)).rejects.toThrow(TableUnavailable);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});
