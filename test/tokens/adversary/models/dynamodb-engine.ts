import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import getItem from 'dynalite/actions/getItem.js';
import updateItem from 'dynalite/actions/updateItem.js';
import { copyOf } from './copy.ts';
import { attachExpressions } from './expressions.ts';
import { ServiceError } from './service-error.ts';

export type Item = Record<string, AttributeValue>;

export type ItemCommand = { Key?: Item; [parameter: string]: unknown };

const actions = { GetItem: getItem, UpdateItem: updateItem };

export type Operation = keyof typeof actions;

export function isOperation(name: string): name is Operation {
  return Object.hasOwn(actions, name);
}

const table = {
  TableName: 'tokens',
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
};

/** What DynamoDB makes of one operation, by dynalite's own actions on a map of items. Throws a ServiceError. */
export function carryOut(items: Map<string, Item>, operation: Operation, command: ItemCommand): object {
  const pk = command.Key?.['pk']?.S ?? '';
  // An update makes a new item out of the key that it is given.
  const data = attachExpressions({ ...command, ...(command.Key && { Key: copyOf(command.Key) }) });
  let ended: { error?: unknown; result?: object } | undefined;
  actions[operation](storeOf(items, pk), data, (error, result) => {
    ended = error ? { error } : { result: result ?? {} };
  });
  if (ended === undefined) throw new Error('dynalite did not answer at once');
  if (ended.error !== undefined) throw asServiceError(ended.error as Failure);
  return copyOf(ended.result ?? {});
}

type Failure = { body?: { __type: string; message: string }; message?: string };

function asServiceError({ body, message = '' }: Failure): ServiceError {
  return new ServiceError(body?.__type.split('#')[1] ?? 'InternalServerError', body?.message ?? message);
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
