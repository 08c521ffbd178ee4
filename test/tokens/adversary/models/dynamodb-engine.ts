import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb';
import getItem from 'dynalite/actions/getItem.js';
import putItem from 'dynalite/actions/putItem.js';
import updateItem from 'dynalite/actions/updateItem.js';
import { copyOf } from './copy.ts';
import { attachExpressions } from './expressions.ts';

export type Item = Record<string, AttributeValue>;

export type ItemCommand = {
  Key?: Item;
  Item?: Item;
  ReturnValuesOnConditionCheckFailure?: string;
  [parameter: string]: unknown;
};

const actions = { GetItemCommand: getItem, UpdateItemCommand: updateItem, PutItemCommand: putItem };

export type Operation = keyof typeof actions;

export function isOperation(name: string): name is Operation {
  return Object.hasOwn(actions, name);
}

const table = {
  TableName: 'tokens',
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
};

/** What DynamoDB makes of one operation, by dynalite's own actions on a map of items. Throws the SDK's errors. */
export function carryOut(items: Map<string, Item>, operation: Operation, command: ItemCommand): object {
  const pk = (command.Key ?? command.Item)?.['pk']?.S ?? '';
  const before = items.get(pk);
  // An update makes a new item out of the key that it is given.
  const data = attachExpressions({
    ...command,
    ...(command.Key && { Key: copyOf(command.Key) }),
    ...(command.Item && { Item: copyOf(command.Item) }),
  });
  let ended: { error?: unknown; result?: object } | undefined;
  actions[operation](storeOf(items, pk), data, (error, result) => {
    ended = error ? { error } : { result: result ?? {} };
  });
  if (ended === undefined) throw new Error('dynalite did not answer at once');
  if (ended.error !== undefined) throw asServiceError(ended.error as Failure, command, before);
  return copyOf(ended.result ?? {});
}

type Failure = { body?: { __type: string; message: string }; message?: string };

function asServiceError({ body, message }: Failure, command: ItemCommand, before: Item | undefined): Error {
  const name = body?.__type.split('#')[1] ?? 'InternalServerError';
  const said = { message: body?.message ?? message ?? '', $metadata: {} };
  if (name !== 'ConditionalCheckFailedException')
    return new DynamoDBServiceException({ ...said, name, $fault: 'client' });
  const shown = command.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && before !== undefined;
  return new ConditionalCheckFailedException({ ...said, ...(shown && { Item: copyOf(before) }) });
}

/** As much of dynalite's store as its actions need for one item, answering at once. */
function storeOf(items: Map<string, Item>, pk: string): object {
  type Done = (error: object | null, value?: object) => void;
  const itemDb = {
    lock: (_key: string, work: (release: (done: Done) => Done) => void) => work((done) => done),
    get: (_key: string, done: Done) => {
      const item = items.get(pk);
      if (item === undefined) done({ name: 'NotFoundError' });
      else done(null, item);
    },
    put: (_key: string, item: Item, done: Done) => {
      items.set(pk, item);
      done(null);
    },
  };
  return {
    options: { maxItemSize: 409_600 },
    getTable: (_name: string, done: Done) => done(null, table),
    getItemDb: () => itemDb,
  };
}
