import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDynamoDBClient } from '../../lambda/dynamodb/dynamodb-client.ts';
import { createDynamoDBTable } from '../../lambda/dynamodb/dynamodb-table.ts';
import type { Row, TokenTable } from '../../lambda/tokens/token-table.ts';
import { type DynamoDB, tableFaults, tableName } from '../local/emulators/dynamodb-emulator.ts';
import { createMemoryTable } from '../support/memory-table.ts';
import { startTokenTable } from '../support/token-table.ts';
import { tokenOf } from '../support/tokens.ts';

const now = Date.now();
const empty: Row = { token: undefined, lease: undefined, forced: undefined };
const lease = {
  isRunning: true,
  until: now + 12_000,
  lengthMs: 12_000,
  failures: 2,
  cause: 'unavailable' as const,
  isUnanswered: true,
};
const full: Row = {
  token: tokenOf({ text: 'canary-token', scopes: ['a', 'b'], firstSeenAt: now, reissuedAt: now + 1 }),
  lease,
  forced: { at: now, cooldownMs: 60_000 },
};
const { signal } = new AbortController();

let dynamodb: DynamoDB;
let real: TokenTable;
let bySdk: TokenTable;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ dynamodb, table: real, tableBySdk: bySdk, stop } = await startTokenTable());
});
afterAll(() => stop());

describe.each(['DynamoDB', 'DynamoDB by its SDK', 'memory'] as const)('the table, in %s', (kind) => {
  let table: TokenTable;
  beforeEach(async () => {
    await dynamodb.clear();
    table = { DynamoDB: real, 'DynamoDB by its SDK': bySdk, memory: createMemoryTable().table }[kind];
  });
  const replace = (row: Row, next: string, ...expected: Array<string | undefined>) =>
    table.replace('key', row, { next, expected }, signal);

  it('has an empty row without a revision for a key that nobody wrote', async () => {
    expect(await table.read('key', signal)).toEqual({ kind: 'row', row: empty, revision: undefined });
  });

  it('gives back all that was written, the token as a secret', async () => {
    expect(await replace(full, 'one', undefined)).toEqual({ kind: 'replaced' });
    const stored = await table.read('key', signal);
    expect(stored).toEqual({ kind: 'row', row: full, revision: 'one' });
    expect(stored.kind === 'row' && stored.row.token?.value.reveal()).toBe('canary-token');
  });

  it('replaces a row whole: of what was there before nothing stays', async () => {
    await replace(full, 'one', undefined);
    const partly = { ...empty, lease: { ...lease, isUnanswered: false, cause: undefined } };
    await replace(partly, 'two', 'one');
    expect(await table.read('key', signal)).toEqual({ kind: 'row', row: partly, revision: 'two' });
    await replace(empty, 'three', 'two');
    expect(await table.read('key', signal)).toEqual({ kind: 'row', row: empty, revision: 'three' });
  });

  it('lets one of many replace what all of them have read', async () => {
    const nexts = ['one', 'two', 'three', 'four', 'five'];
    const results = await Promise.all(nexts.map((next) => replace(full, next, undefined)));
    expect(results.filter(({ kind: result }) => result === 'replaced')).toHaveLength(1);
    const winner = nexts[results.findIndex(({ kind: result }) => result === 'replaced')];
    expect(await table.read('key', signal)).toMatchObject({ revision: winner });
  });

  it('takes nothing from a writer who has read an older row, or none', async () => {
    await replace(full, 'one', undefined);
    await replace(empty, 'two', 'one');
    for (const expected of ['one', undefined])
      expect(await replace(full, 'late', expected)).toEqual({ kind: 'lost' });
    expect(await table.read('key', signal)).toMatchObject({ row: empty, revision: 'two' });
    expect(await replace(full, 'three', 'one', 'two')).toEqual({ kind: 'replaced' });
  });

  it('takes the same write twice, as its first answer may have been lost', async () => {
    await replace(full, 'one', undefined);
    expect(await replace(full, 'one', undefined)).toEqual({ kind: 'replaced' });
  });

  it('keeps keys apart', async () => {
    await replace(full, 'one', undefined);
    expect(await table.read('Key', signal)).toMatchObject({ revision: undefined });
  });
});

it.each(['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL'])('the table is where %s says', async (variable) => {
  const before = dynamodb.calls.length;
  for (const name of ['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL'])
    vi.stubEnv(name, name === variable ? dynamodb.url : undefined);
  const table = createDynamoDBTable(createDynamoDBClient({ maxAttempts: 1 }), tableName);
  expect(await table.read('key', signal)).toMatchObject({ kind: 'row' });
  expect(dynamodb.calls.length).toBe(before + 1);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', dynamodb.url);
});

describe('a table whose answers get lost', () => {
  beforeEach(() => dynamodb.clear());

  it('has replaced the row all the same, and says so', async () => {
    dynamodb.next({ kind: 'resetDone' });
    expect(await real.replace('key', full, { next: 'one', expected: [undefined] }, signal)).toEqual({
      kind: 'replaced',
    });
    expect(await real.read('key', signal)).toMatchObject({ revision: 'one' });
  });
});

describe('a table in trouble', () => {
  afterAll(() => dynamodb.always());

  it.each(tableFaults)(
    '%s is a fault that may be recorded, within a second and a half',
    async (_what, fault) => {
      dynamodb.always(fault);
      const startedAt = performance.now();
      for (const result of [
        await real.read('key', signal),
        await real.replace('key', full, { next: 'one', expected: [undefined] }, signal),
      ])
        expect(result).toEqual({ kind: 'fault', message: expect.stringMatching(/^DynamoDB: \w+$/) });
      expect(performance.now() - startedAt).toBeLessThan(3_000);
    },
  );

  it('is given up when the signal aborts', async () => {
    dynamodb.always({ kind: 'hang' });
    const startedAt = performance.now();
    expect(await real.read('key', AbortSignal.timeout(100))).toMatchObject({ kind: 'fault' });
    expect(performance.now() - startedAt).toBeLessThan(400);
  });
});
