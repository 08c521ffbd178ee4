import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/** A way to the server at `url` that breaks connections, when the request has begun or before the answer has ended. */
export async function startUnreliableNetwork(url: string) {
  const { hostname, port } = new URL(url);
  const state = { broken: 0, cutsAnswers: false, connections: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    state.connections += 1;
    sockets.add(socket.on('error', () => socket.destroy()));
    if (state.broken > 0) {
      state.broken -= 1;
      socket.once('data', () => socket.resetAndDestroy());
      return;
    }
    const onward = dial(Number(port), hostname).on('error', () => socket.destroy());
    sockets.add(onward);
    socket.pipe(onward);
    if (state.cutsAnswers) onward.once('data', (data) => socket.end(data.subarray(0, -20)));
    else onward.pipe(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port: own } = server.address() as AddressInfo;
  return {
    url: url.replace(`:${port}`, `:${own}`),
    /** Breaks the next connections, and counts from zero. */
    breakNext: (connections: number) => {
      Object.assign(state, { broken: connections, connections: 0 });
    },
    /** All answers lack their end from now on. */
    cutAnswers: () => {
      state.cutsAnswers = true;
    },
    connections: () => state.connections,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
