import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Row, TokenTable } from '../../lambda/tokens/token-table.ts';
import { type DynamoDB, tableName } from '../local/emulators/dynamodb-emulator.ts';
import { startTokenTable } from '../support/token-table.ts';
import { tokenOf } from '../support/tokens.ts';

const now = Date.now();
const row: Row = {
  token: tokenOf({ text: 'canary-token', scopes: ['a', 'b'], firstSeenAt: now, reissuedAt: now }),
  lease: {
    isRunning: false,
    until: now + 1_000,
    lengthMs: 1_000,
    failures: 1,
    cause: 'unavailable',
    isUnanswered: false,
  },
  forced: { at: now, cooldownMs: 60_000 },
  revoked: { texts: ['hash-one', 'hash-two'], until: now + 86_400_000 },
  heldIn: { texts: ['key-one'], until: now + 86_400_000 },
};
const nothing: Row = { token: undefined, lease: undefined, forced: undefined };
const { signal } = new AbortController();

let dynamodb: DynamoDB;
let table: TokenTable;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ dynamodb, table, stop } = await startTokenTable());
});
afterAll(() => stop());

beforeEach(async () => {
  await dynamodb.clear();
  await table.replace('key', row, { next: 'one', expected: [undefined] }, signal);
});

const item = async () =>
  (await dynamodb.administrator.send(new GetItemCommand({ TableName: tableName, Key: { pk: { S: 'key' } } })))
    .Item ?? {};
const put = (Item: Record<string, unknown>) =>
  dynamodb.administrator.send(new PutItemCommand({ TableName: tableName, Item: Item as never }));
/** Sets one attribute, or removes it. */
const change = (name: string, attribute: object | undefined) =>
  dynamodb.administrator.send(
    new UpdateItemCommand({
      TableName: tableName,
      Key: { pk: { S: 'key' } },
      UpdateExpression: attribute === undefined ? 'REMOVE #name' : 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ...(attribute && { ExpressionAttributeValues: { ':value': attribute as never } }),
    }),
  );
const replaceUnread = (expected: string | undefined) =>
  table.replace('key', row, { next: 'two', expected: [expected] }, signal);

describe('an item', () => {
  it('goes a day after its token has expired', async () => {
    const ttlMs = Number((await item())['ttl']?.N) * 1000;
    expect(ttlMs).toBeGreaterThanOrEqual((row.token?.expiresAt ?? 0) + 86_400_000);
    expect(ttlMs).toBeLessThan((row.token?.expiresAt ?? 0) + 86_400_000 + 2_000);
  });

  it.each<[string, string, object | undefined, Partial<Row>]>([
    ['of another version', 'v', { N: '1' }, {}],
    ['of no version', 'v', undefined, {}],
    ['copied from another key', 'row_key', { S: 'other' }, {}],
    ['without the key it was written for', 'row_key', undefined, {}],
    ['without a revision', 'revision', undefined, {}],
    ['whose revision is a number', 'revision', { N: '1' }, {}],
    [
      'whose token is not the one that was hashed',
      'access_token',
      { S: 'another' },
      { ...row, token: undefined },
    ],
    ['whose token is empty', 'access_token', { S: '' }, { ...row, token: undefined }],
    ['whose expiry is text', 'expires_at', { S: 'tomorrow' }, { ...row, token: undefined }],
    ['whose expiry is gone', 'expires_at', undefined, { ...row, token: undefined }],
    ['whose scopes are a map', 'scopes', { M: {} }, { ...row, token: undefined }],
    ['whose lease has no end', 'lease_until', undefined, { ...row, lease: undefined }],
    ['whose lease ends in words', 'lease_until', { S: 'tomorrow' }, { ...row, lease: undefined }],
    ['with a cause from the future', 'lease_cause', { S: 'solar_flare' }, { ...row, lease: undefined }],
    ['whose cooldown is a list', 'forced_cooldown_ms', { L: [] }, { ...row, forced: undefined }],
    ['whose revoked tokens are text', 'revoked_sha256', { S: 'x' }, { ...row, revoked: undefined }],
    ['whose revocations have no end', 'revoked_until', undefined, { ...row, revoked: undefined }],
    ['whose pointer is a number', 'held_in', { N: '1' }, { ...row, heldIn: undefined }],
    ['with an attribute too many', 'retailer_id', { S: 'garden' }, row],
  ])('%s is read as far as it can be, and can be replaced', async (_what, name, attribute, expected) => {
    await change(name, attribute);
    const stored = await table.read('key', signal);
    expect(stored).toMatchObject({ kind: 'row', row: { ...nothing, ...expected } });
    expect(await replaceUnread(stored.kind === 'row' ? stored.revision : '')).toEqual({ kind: 'replaced' });
    expect(await table.read('key', signal)).toEqual({ kind: 'row', row, revision: 'two' });
  });

  it.each([
    ['deleted', {}],
    ['emptied', { pk: { S: 'key' } }],
    ['foreign', { pk: { S: 'key' }, x: { NULL: true } }],
  ])('that is %s is a miss, and can be replaced', async (_what, Item) => {
    await dynamodb.clear();
    if ('pk' in Item) await put(Item);
    expect(await table.read('key', signal)).toEqual({ kind: 'row', row: nothing, revision: undefined });
    expect(await replaceUnread('one')).toEqual({ kind: 'lost' });
    expect(await replaceUnread(undefined)).toEqual({ kind: 'replaced' });
  });

  it.each(['revoked', 'heldIn'] as const)(
    'that has %s and nothing else goes a day after its end',
    async (part) => {
      const only = { ...nothing, [part]: row[part] };
      await table.replace('key', only, { next: 'two', expected: ['one'] }, signal);
      const ttlMs = Number((await item())['ttl']?.N) * 1000;
      expect(ttlMs - (row[part]?.until ?? 0)).toBeGreaterThanOrEqual(86_400_000);
      expect(await table.read('key', signal)).toMatchObject({ row: only });
    },
  );

  it('of a release without revocation is read as one without revoked tokens', async () => {
    for (const name of ['revoked_sha256', 'revoked_until', 'held_in', 'held_until'])
      await change(name, undefined);
    const stored = await table.read('key', signal);
    expect(stored).toEqual({
      kind: 'row',
      row: { ...row, revoked: undefined, heldIn: undefined },
      revision: 'one',
    });
  });

  it('keeps its revoked tokens where a release without revocation writes it', async () => {
    // That release sets and removes the attributes that it knows.
    await change('lease_failures', { N: '2' });
    await change('revision', { S: 'theirs' });
    expect(await table.read('key', signal)).toMatchObject({
      row: { revoked: row.revoked },
      revision: 'theirs',
    });
  });

  it('copied to another key is a miss there', async () => {
    await put({ ...(await item()), pk: { S: 'another' } });
    expect(await table.read('another', signal)).toEqual({ kind: 'row', row: nothing, revision: 'one' });
  });

  it('believes no lease that is longer than any that is written', async () => {
    await change('lease_ms', { N: '86400000' });
    expect(await table.read('key', signal)).toMatchObject({ row: { lease: { lengthMs: 120_000 } } });
  });
});
