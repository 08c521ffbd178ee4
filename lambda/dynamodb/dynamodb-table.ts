import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { CallAws } from '../aws/aws-client.ts';
import type { Revision, Row, TableFault, TokenTable } from '../tokens/token-table.ts';
import type { Item } from './attributes.ts';
import { readItem, writeItem } from './items.ts';

/** The token table: one item a token, one a client's circuit; it needs GetItem and UpdateItem and nothing else. */
export function createDynamoDBTable(call: CallAws, tableName: string): TokenTable {
  return {
    read: async (key, signal) => {
      const input = { TableName: tableName, Key: { pk: { S: key } }, ConsistentRead: true };
      try {
        const { Item } = await call('GetItem', input, signal);
        return readItem(key, Item as Item | undefined);
      } catch (error) {
        return faultOf(error as Error);
      }
    },
    replace: async (key, row, { next, expected }, signal) => {
      const input = {
        TableName: tableName,
        Key: { pk: { S: key } },
        ...replacement(key, row, next, expected),
      };
      try {
        await call('UpdateItem', input, signal);
        return { kind: 'replaced' };
      } catch (error) {
        const fault = error as Error;
        return fault.name === 'ConditionalCheckFailedException' ? { kind: 'lost' } : faultOf(fault);
      }
    },
  };
}

type Expressions = Pick<
  UpdateItemCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

function replacement(key: string, row: Row, next: string, expected: readonly Revision[]): Expressions {
  const { set, remove } = writeItem(key, next, row);
  const names = [...Object.keys(set), ...remove];
  const assignments = Object.keys(set).map((name) => `#${name} = :${name}`);
  const removal = remove.length === 0 ? '' : ` REMOVE ${remove.map((name) => `#${name}`).join(', ')}`;
  const { conditions, values } = conditionOn(expected);
  return {
    UpdateExpression: `SET ${assignments.join(', ')}${removal}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: { ...prefixed(set), ...values },
    // The write's own revision is there where the answer to an earlier try was lost.
    ConditionExpression: ['#revision = :revision', ...conditions].join(' OR '),
  };
}

/** On what was read, whether or not it could be read. */
function conditionOn(expected: readonly Revision[]): { conditions: string[]; values: Item } {
  const conditions: string[] = [];
  const values: Item = {};
  for (const [index, revision] of expected.entries()) {
    if (revision === undefined) {
      conditions.push('NOT attribute_type(#revision, :text)');
      values[':text'] = { S: 'S' };
    } else {
      conditions.push(`#revision = :expected${index}`);
      values[`:expected${index}`] = { S: revision };
    }
  }
  return { conditions, values };
}

function prefixed(item: Item): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [`:${name}`, value]));
}

/** A parser's message quotes what it has read: only the error's name goes on. */
function faultOf({ name }: Error): TableFault {
  return { kind: 'fault', message: `DynamoDB: ${name}` };
}
