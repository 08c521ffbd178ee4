import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Server = {
  url: string;
  /** How many connections were made so far. */
  connections: () => number;
  close: () => Promise<void>;
};

/** Serves on loopback, on a free port unless one is named. Rejects where the port is taken. */
export async function serve(listener: RequestListener, port = 0): Promise<Server> {
  // As real ones do, it leaves a connection open for longer than its callers should rely on.
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${actual}`, connections: () => connections, close };
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
