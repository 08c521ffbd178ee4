import { type AttributeValue, ScanCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDB, tableName } from '../local/emulators/dynamodb-emulator.ts';

export type Item = Record<string, AttributeValue>;

/** Looks at all that the token table holds, and keeps what it held before a test empties it. */
export function createTableScanner({ administrator }: DynamoDB) {
  const kept: Item[] = [];
  const scan = async (): Promise<Item[]> =>
    (await administrator.send(new ScanCommand({ TableName: tableName }))).Items ?? [];
  return {
    keep: async () => {
      kept.push(...(await scan()));
    },
    all: async () => [...kept, ...(await scan())],
  };
}
