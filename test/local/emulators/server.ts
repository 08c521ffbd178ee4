import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';

export type Server = {
  url: string;
  /** How many connections were made so far. */
  connections: () => number;
  /** From then on the port refuses connections. */
  close: () => Promise<void>;
  /** Listens on the same port again, after `close`. */
  reopen: () => Promise<void>;
};

/** Where it rejects or throws, the connection ends without a response. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

export const loopback = '127.0.0.1';

/** Serves on a free port of loopback, unless others are named. Rejects where the port is taken. */
export async function serve(listener: Listener, port = 0, host = loopback): Promise<Server> {
  // As real ones do, it leaves a connection open for longer than its callers should rely on.
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    // It rejects where a caller goes away in the middle of its body.
    Promise.try(listener, request, response).catch(() => response.destroy());
  });
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  const listen = (on: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(on, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(port);
  const { port: actual } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url: `http://${reachable(host)}:${actual}`,
    connections: () => connections,
    close,
    reopen: () => listen(actual),
  };
}

/** A name for URLs: every address has none, so it is the machine's own in its network. */
export function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') {
    const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    return own.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? loopback;
  }
  return host.includes(':') ? `[${host}]` : host;
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
