import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Invocation = { event: object; resolve: (response: unknown) => void; reject: (error: Error) => void };

/**
 * Lambda's Runtime API on loopback, for one process and one invocation at a time.
 * Source: "Using the Lambda runtime API for custom runtimes".
 */
export async function startRuntimeApi() {
  let polling: ServerResponse | undefined;
  let current: Invocation | undefined;

  function handOver(): void {
    if (polling === undefined || current === undefined) return;
    polling.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': '00000000-0000-0000-0000-000000000000',
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + 27_000),
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:111122223333:function:bench',
      'Lambda-Runtime-Trace-Id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
    });
    polling.end(JSON.stringify(current.event));
    polling = undefined;
  }

  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      polling = response;
      handOver();
      return;
    }
    const body = await text(request);
    response.writeHead(202).end('{"status":"OK"}');
    const { resolve, reject } = current ?? {};
    current = undefined;
    if (request.url?.endsWith('/response') === true) resolve?.(JSON.parse(body));
    else reject?.(new Error(`The function failed: ${body}`));
  });
  // Whoever polls waits for as long as it takes.
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    invoke: (event: object) =>
      new Promise<unknown>((resolve, reject) => {
        current = { event, resolve, reject };
        handOver();
      }),
    /** Nobody will answer the invocation that is under way. */
    fail: (error: Error) => current?.reject(error),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
