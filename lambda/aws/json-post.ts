import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import { AwsFault, unreadable } from './aws-fault.ts';

const maxIdleMs = 20_000;
/** Clocks are corrected by a few milliseconds all the time. */
const clockStepMs = 1_000;
/** An item of DynamoDB has 400 kB at most, a secret 64 kB. */
const maxResponseBytes = 1_000_000;

export type Posted = { status: number; headers: IncomingMessage['headers']; text: string };

/** Sends one request, once. Rejects with an AwsFault where no whole response comes in time. */
export type Post = (body: string, headers: Record<string, string>, signal: AbortSignal) => Promise<Posted>;

/** `responseTimeoutMs`: from the moment when the connection is there to the last byte of the response. */
export type PostTimeouts = { connectTimeoutMs: number; responseTimeoutMs: number };

/**
 * Posts to one URL over kept connections. One that was idle for long is not used again: while an instance is frozen, NAT
 * gateways and endpoints forget its connections, after 350 s at the latest, and a request on such a connection would wait in
 * vain. The wall clock counts, since the monotonic one may stand meanwhile.
 */
export function createPost(url: URL, { connectTimeoutMs, responseTimeoutMs }: PostTimeouts): Post {
  const isSecure = url.protocol === 'https:';
  // An import of node:http reads each of its exports, WebSocket with them, and so loads all of fetch: half a cold start.
  const http = process.getBuiltinModule(isSecure ? 'node:https' : 'node:http');
  const newAgent = () => new http.Agent({ keepAlive: true, timeout: maxIdleMs });
  let agent: HttpAgent = newAgent();
  let usedAtMs = Date.now();

  function freshAgent(): HttpAgent {
    const nowMs = Date.now();
    // A clock that was set back says nothing of how long they were idle.
    if (nowMs - usedAtMs > maxIdleMs || usedAtMs - nowMs > clockStepMs) {
      agent.destroy();
      agent = newAgent();
    }
    usedAtMs = nowMs;
    return agent;
  }

  return function post(body, headers, signal) {
    if (signal.aborted) return Promise.reject(new AwsFault('AbortError'));
    const sent = http.request(url, { method: 'POST', agent: freshAgent(), headers });
    let timer: NodeJS.Timeout | undefined;
    const { promise, resolve, reject } = Promise.withResolvers<Posted>();
    const giveUp = (name: string) => {
      reject(new AwsFault(name));
      sent.destroy();
    };
    const allow = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, ms, 'TimeoutError');
    };
    const abort = () => giveUp('AbortError');
    signal.addEventListener('abort', abort);
    allow(connectTimeoutMs);
    sent.on('socket', (socket) => {
      const connected = () => allow(responseTimeoutMs);
      if (socket.connecting) socket.once(isSecure ? 'secureConnect' : 'connect', connected);
      else connected();
    });
    const fail = ({ code, name }: NodeJS.ErrnoException) => giveUp(code ?? name);
    sent.on('error', fail);
    sent.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      textOf(response).then((text) => resolve({ status, headers, text }), fail);
    });
    sent.end(body);
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    });
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > maxResponseBytes) throw new AwsFault(unreadable);
  }
  return Buffer.concat(chunks).toString('utf8');
}
