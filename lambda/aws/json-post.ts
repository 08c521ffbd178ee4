import { Agent as HttpAgent, type IncomingMessage, request as overHttp } from 'node:http';
import { Agent as HttpsAgent, request as overHttps } from 'node:https';

const maxIdleMs = 20_000;
/** To connect, and once more until the response has arrived. */
const waitMs = 500;

export type Posted = { status: number; date: string | undefined; text: string };

/** Sends one request, once. Rejects where no whole response comes in time, with the system's error code as the name. */
export type Post = (body: string, headers: Record<string, string>, signal: AbortSignal) => Promise<Posted>;

/**
 * Posts to one URL over kept connections. One that was idle for long is not used again: while an instance is frozen, NAT
 * gateways and endpoints forget its connections, after 350 s at the latest, and a request on such a connection would wait in
 * vain. The wall clock counts, since the monotonic one may stand meanwhile.
 */
export function createPost(url: URL): Post {
  const isSecure = url.protocol === 'https:';
  const [request, connected] = isSecure ? [overHttps, 'secureConnect'] : [overHttp, 'connect'];
  const newAgent = () => new (isSecure ? HttpsAgent : HttpAgent)({ keepAlive: true, timeout: maxIdleMs });
  let agent = newAgent();
  let usedAt = Date.now();

  function freshAgent(): HttpAgent {
    const now = Date.now();
    if (now - usedAt > maxIdleMs || now < usedAt) {
      agent.destroy();
      agent = newAgent();
    }
    usedAt = now;
    return agent;
  }

  return (body, headers, signal) =>
    new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', agent: freshAgent(), headers, signal });
      const timer = setTimeout(() => sent.destroy(named('TimeoutError')), waitMs);
      const fail = (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        reject(named(error.code ?? error.name));
      };
      sent.on('socket', (socket) => {
        if (socket.connecting) socket.once(connected, () => timer.refresh());
      });
      sent.on('error', fail);
      sent.on('response', (response) => {
        textOf(response).then((text) => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, date: response.headers.date, text });
        }, fail);
      });
      sent.end(body);
    });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}
