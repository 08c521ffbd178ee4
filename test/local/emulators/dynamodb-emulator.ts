import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DeleteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { awsError, serveAws } from './aws-service.ts';
import type { Fault } from './faults.ts';
import type { Listener } from './server.ts';
import type { Signer } from './sigv4.ts';
import { refuseWebPages } from './web-pages.ts';

export const tableName = 'token-table';

export type DynamoDB = Awaited<ReturnType<typeof startDynamoDB>>;

/**
 * DynamoDB with the token table in it: dynalite, behind a front that verifies signatures, counts calls and can be
 * made to fail.
 */
export async function startDynamoDB({ keys }: { keys: Signer[] }) {
  const backend: HttpServer = dynalite({ createTableMs: 0 });
  // By itself it answers every page that asks, and leaves signatures unchecked.
  const [answer] = backend.listeners('request') as [Listener];
  backend.removeAllListeners('request').on('request', refuseWebPages(answer));
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const backendUrl = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  const calls: string[] = [];

  const service = await serveAws({
    service: 'dynamodb',
    keys,
    contentType: 'application/x-amz-json-1.0',
    seen: (operation) => {
      calls.push(operation);
      // What the functions' roles may not do, they are not to try.
      if (operation !== 'GetItem' && operation !== 'UpdateItem') service.unexpected.push(operation);
    },
    answer: async (_operation, body, { headers }) => {
      const { host: _, connection: __, 'content-length': ___, ...passed } = headers;
      const answer = await fetch(backendUrl, {
        method: 'POST',
        headers: passed as Record<string, string>,
        body: new Uint8Array(body),
      });
      return {
        status: answer.status,
        headers: { 'x-amz-crc32': answer.headers.get('x-amz-crc32') ?? '' },
        body: Buffer.from(await answer.arrayBuffer()),
      };
    },
  });

  const administrator = new DynamoDBClient({
    endpoint: backendUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'administrator', secretAccessKey: 'local' },
    // The shell or the user's AWS configuration may say otherwise.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    retryMode: 'standard',
    maxAttempts: 3,
    defaultsMode: 'standard',
  });
  await administrator.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );

  async function clear(): Promise<void> {
    const { Items = [] } = await administrator.send(new ScanCommand({ TableName: tableName }));
    const keys = Items.map(({ pk }) => pk).filter((pk) => pk !== undefined);
    await Promise.all(
      keys.map((pk) => administrator.send(new DeleteItemCommand({ TableName: tableName, Key: { pk } }))),
    );
  }

  return {
    ...service,
    /** The table's own address, for `administrator`. */
    backendUrl,
    /** Every operation that was signed well, by name. */
    calls,
    /** Straight to the table, for tests that look or break something. */
    administrator,
    /** Deletes every item. */
    clear,
    close: async () => {
      administrator.destroy();
      await service.close();
      await new Promise((resolve) => backend.close(resolve));
    },
  };
}

/** What can be wrong with a table, by name. */
export const tableFaults: ReadonlyArray<[string, Fault]> = [
  ['throttled', awsError('ProvisionedThroughputExceededException')],
  ['missing', awsError('ResourceNotFoundException')],
  ['denied', awsError('AccessDeniedException')],
  ['failing', awsError('InternalServerError', 500)],
  ['resetting connections', { kind: 'reset' }],
  ['silent', { kind: 'hang' }],
  ['talking nonsense', { kind: 'answer', status: 200, body: '<html>' }],
];
