import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DeleteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { type Fault, faultAnswer } from './faults.ts';
import { readBody, serve } from './server.ts';
import { type AccessKey, verifySignature } from './sigv4.ts';
import { headerLists } from './wire.ts';

export const tableName = 'token-table';

export type DynamoDB = Awaited<ReturnType<typeof startDynamoDB>>;

/**
 * DynamoDB with the token table in it: dynalite, behind a front that verifies signatures, counts calls and can be
 * made to fail.
 */
export async function startDynamoDB({ keys }: { keys: AccessKey[] }) {
  const backend: HttpServer = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const backendUrl = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  const calls: string[] = [];
  const unexpected: string[] = [];
  const state = { standing: undefined as Fault | undefined, faults: [] as Fault[] };

  async function forward(
    request: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: Record<string, string>; body: Buffer }> {
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(
        ([name]) => name !== 'host' && name !== 'connection' && name !== 'content-length',
      ),
    ) as Record<string, string>;
    const answer = await fetch(backendUrl, { method: 'POST', headers, body: new Uint8Array(body) });
    const text = Buffer.from(await answer.arrayBuffer());
    return {
      status: answer.status,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-crc32': answer.headers.get('x-amz-crc32') ?? '',
      },
      body: text,
    };
  }

  const front = await serve(async (request, response) => {
    const body = await readBody(request);
    const signed = verifySignature(
      {
        method: request.method ?? '',
        target: request.url ?? '/',
        headers: headerLists(request.rawHeaders),
        body,
      },
      { service: 'dynamodb', region: 'us-east-1', keys, now: Date.now() },
    );
    if (signed.kind !== 'signed') {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end('{"__type":"com.amazon.coral.service#UnrecognizedClientException"}');
      return;
    }
    const operation = String(request.headers['x-amz-target']).replace(/^DynamoDB_\d+\./, '');
    calls.push(operation);
    // What the functions' roles may not do, they are not to try.
    if (operation !== 'GetItem' && operation !== 'UpdateItem') unexpected.push(operation);
    const fault = state.faults.shift() ?? state.standing;
    if (fault !== undefined && (await faultAnswer(fault, response, () => ({})))) return;
    const answer = await forward(request, body);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });

  const administrator = new DynamoDBClient({
    endpoint: backendUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'administrator', secretAccessKey: 'local' },
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
    url: front.url,
    /** Every operation that was signed well, by name. */
    calls,
    unexpected,
    /** Straight to the table, for tests that look or break something. */
    administrator,
    /** Deletes every item. */
    clear,
    next: (...faults: Fault[]) => state.faults.push(...faults),
    always: (fault?: Fault) => {
      state.standing = fault;
    },
    close: async () => {
      administrator.destroy();
      await front.close();
      await new Promise((resolve) => backend.close(resolve));
    },
  };
}
