import { vi } from 'vitest';
import { createDynamoDBClient } from '../../lambda/dynamodb/dynamodb-client.ts';
import { createDynamoDBTable } from '../../lambda/dynamodb/dynamodb-table.ts';
import { type DynamoDB, startDynamoDB, tableName } from '../local/emulators/dynamodb-emulator.ts';
import { functionEnvironment, functionKey } from '../local/instance/system.ts';

/** The adapter, by an unmodified SDK client, before an emulated DynamoDB of its own or the given one. */
export async function startTokenTable({ dynamodb: given }: { dynamodb?: DynamoDB } = {}) {
  const dynamodb = given ?? (await startDynamoDB({ keys: [functionKey] }));
  const environment = functionEnvironment({ secretsManager: '', dynamodb: dynamodb.url });
  for (const [name, text] of Object.entries(environment)) vi.stubEnv(name, text);
  return {
    dynamodb,
    table: createDynamoDBTable(createDynamoDBClient({ maxAttempts: 2 }), tableName),
    stop: async () => {
      vi.unstubAllEnvs();
      if (given === undefined) await dynamodb.close();
    },
  };
}
