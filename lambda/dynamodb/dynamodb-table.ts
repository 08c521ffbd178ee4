import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { requestHandler } from '../aws/client-options.ts';
import { type LeaseClaim, TableUnavailable, type TokenTable } from '../tokens/token-table.ts';
import { holdAttributes, readHoldItem, readItem, timeToLive, tokenAttributes, version } from './items.ts';

/** Attempts of half a second: how many, depends on who can wait. */
export function createDynamoDBClient({ maxAttempts }: { maxAttempts: number }): DynamoDBClient {
  return new DynamoDBClient({ maxAttempts, requestHandler: requestHandler({ connect: 500, answer: 500 }) });
}

type Values = Record<string, AttributeValue>;
type Update = { key: string; set?: Values; remove?: readonly string[]; condition?: string; values?: Values };

/** The token table: one item a token, one a client's back-off; GetItem and UpdateItem are all that it needs. */
export function createDynamoDBTable(client: DynamoDBClient, tableName: string): TokenTable {
  async function getItem(key: string, signal: AbortSignal): Promise<Values | undefined> {
    const command = new GetItemCommand({
      TableName: tableName,
      Key: { pk: { S: key } },
      ConsistentRead: true,
    });
    const { Item } = await client.send(command, { abortSignal: signal }).catch(sanitise);
    return Item;
  }

  /** False where the condition does not hold. */
  async function update(
    { key, set = {}, remove = [], condition, values = {} }: Update,
    signal: AbortSignal,
  ): Promise<boolean> {
    const names = [...Object.keys(set), ...remove];
    const assignments = Object.keys(set).map((name) => `#${name} = :${name}`);
    const expression = [
      assignments.length > 0 ? `SET ${assignments.join(', ')}` : '',
      remove.length > 0 ? `REMOVE ${remove.map((name) => `#${name}`).join(', ')}` : '',
    ].join(' ');
    const given = { ...prefixed(':', set), ...prefixed(':', values) };
    const command = new UpdateItemCommand({
      TableName: tableName,
      Key: { pk: { S: key } },
      UpdateExpression: expression.trim(),
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ...(Object.keys(given).length > 0 && { ExpressionAttributeValues: given }),
      ...(condition !== undefined && { ConditionExpression: condition }),
    });
    try {
      await client.send(command, { abortSignal: signal });
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      return sanitise(error as Error);
    }
  }

  return {
    read: async (key, identity, signal) => readItem(await getItem(key, signal), identity),
    lease: (key, claim, signal) => update({ key, ...leaseUpdate(claim) }, signal),
    write: (key, owner, shared, identity, signal) => {
      const remove = [...lease, ...(shared.token.scopes ? [] : ['scopes'])];
      return update({ key, set: tokenAttributes(shared, identity), remove, ...heldBy(owner) }, signal);
    },
    release: async (key, owner, signal) => {
      await update({ key, remove: lease, ...heldBy(owner) }, signal);
    },
    readHold: async (key, signal) => readHoldItem(await getItem(key, signal)),
    writeHold: (key, hold, seen, signal) =>
      update(
        seen === 0
          ? { key, set: holdAttributes(hold), condition: 'attribute_not_exists(hold_version)' }
          : {
              key,
              set: holdAttributes(hold),
              condition: 'hold_version = :seen',
              values: { seen: { N: String(seen) } },
            },
        signal,
      ),
  };
}

const lease = ['lease_owner', 'lease_until'];

function heldBy(owner: string): Pick<Update, 'condition' | 'values'> {
  return { condition: 'lease_owner = :owner', values: { owner: { S: owner } } };
}

function leaseUpdate({
  owner,
  now,
  until,
  keepUntil,
  seen,
  over,
  forced,
  regardless,
}: LeaseClaim): Omit<Update, 'key'> {
  const set: Values = {
    v: version,
    lease_owner: { S: owner },
    lease_until: { N: String(until) },
    ttl: timeToLive(keepUntil),
    ...(forced && { forced_at: { N: String(forced.at) }, forced_gap: { N: String(forced.gap) } }),
  };
  if (regardless === true) return { set, remove: ['generation', 'access_token'] };
  const free = [
    // There is none, or none whose end can be read.
    'NOT attribute_type(lease_until, :number)',
    'lease_until < :now',
    // Ours already: the answer to the first attempt was lost, and the client sent it again.
    'lease_owner = :owner',
    ...(over ? ['lease_owner = :dead'] : []),
  ];
  const same = seen === 0 ? 'attribute_not_exists(generation)' : 'generation = :seen';
  return {
    set,
    condition: `(${free.join(' OR ')}) AND ${same}`,
    values: {
      number: { S: 'N' },
      now: { N: String(now) },
      owner: { S: owner },
      ...(over && { dead: { S: over.owner } }),
      ...(seen !== 0 && { seen: { N: String(seen) } }),
    },
  };
}

function prefixed(prefix: string, values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}

function sanitise(error: Error): never {
  throw new TableUnavailable(`DynamoDB: ${error.name}`, { cause: error });
}
