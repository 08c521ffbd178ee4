import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createCertificate } from './certificate.ts';

/** A server that no request gets through to: something fails before one is sent. */
export type BrokenServer = { url: string; close: () => Promise<void> };

/** A port of loopback that was free a moment ago. */
export async function nothingListens(): Promise<BrokenServer> {
  const server = await listen(createServer(), 'http');
  await server.close();
  return server;
}

const certificates = {
  'unknown CA': { subject: '127.0.0.1', issuer: 'Nobody’s CA', isExpired: false },
  'self-signed': { subject: '127.0.0.1', issuer: '127.0.0.1', isExpired: false },
  expired: { subject: '127.0.0.1', issuer: '127.0.0.1', isExpired: true },
};

/** HTTPS with a certificate that nobody should accept. */
export function withCertificate(kind: keyof typeof certificates): Promise<BrokenServer> {
  const { cert, key } = createCertificate(certificates[kind]);
  return listen(
    createTlsServer({ cert, key }, (_request, response) => response.writeHead(500).end()),
    'https',
  );
}

/** Something else than TLS, such as a web server on the wrong port. */
export function speakingNoTls(): Promise<BrokenServer> {
  return listen(
    createServer((socket) => onFirstBytes(socket, () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
    'https',
  );
}

export function closingInHandshake(): Promise<BrokenServer> {
  return listen(
    createServer((socket) => onFirstBytes(socket, () => socket.end())),
    'https',
  );
}

function onFirstBytes(socket: Socket, answer: () => void): void {
  socket.once('data', answer).on('error', () => socket.destroy());
}

async function listen(server: Server, scheme: 'http' | 'https'): Promise<BrokenServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
