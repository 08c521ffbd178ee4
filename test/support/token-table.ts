import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { vi } from 'vitest';
import type { CallAws } from '../../lambda/aws/aws-client.ts';
import { createDynamoDBClient } from '../../lambda/dynamodb/dynamodb-client.ts';
import { createDynamoDBTable } from '../../lambda/dynamodb/dynamodb-table.ts';
import { type DynamoDB, startDynamoDB, tableName } from '../local/emulators/dynamodb-emulator.ts';
import { functionEnvironment, functionKey } from '../local/instance/system.ts';

/** The token table before an emulated DynamoDB of its own or the given one: by the functions' client, and by the SDK's. */
export async function startTokenTable({ dynamodb: given }: { dynamodb?: DynamoDB } = {}) {
  const dynamodb = given ?? (await startDynamoDB({ keys: [functionKey] }));
  const environment = functionEnvironment({ secretsManager: '', dynamodb: dynamodb.url });
  for (const [name, text] of Object.entries(environment)) vi.stubEnv(name, text);
  return {
    dynamodb,
    table: createDynamoDBTable(createDynamoDBClient({ maxAttempts: 2 }), tableName),
    tableBySdk: createDynamoDBTable(callBySdk(), tableName),
    stop: async () => {
      vi.unstubAllEnvs();
      if (given === undefined) await dynamodb.close();
    },
  };
}

const commands = { GetItem: GetItemCommand, UpdateItem: UpdateItemCommand };

/** The same calls by the SDK's client as it is. */
function callBySdk(): CallAws {
  const client = new DynamoDBClient();
  return async (operation, input, signal) => {
    const Command = commands[operation as keyof typeof commands] as typeof GetItemCommand;
    return { ...(await client.send(new Command(input as never), { abortSignal: signal })) };
  };
}
