import type { Instance } from '../instance.ts';
import { callService, type Outcome } from '../service-call.ts';
import type { Timeline, TrueTime } from '../timeline.ts';
import type { Fault, Trouble } from '../trouble.ts';
import { type Answered, createTokenEndpoint } from './connect-endpoint.ts';
import type { TokenPolicy } from './issued-tokens.ts';

export type ConnectOptions = {
  timeline: Timeline;
  trouble: Trouble;
  random: () => number;
  tokens: TokenPolicy;
  latencyMs: number;
  onAnswer: (request: ConnectRequest) => void;
  forbid: (what: string) => void;
};

/** One request that was sent to Connect, whatever became of it. */
export type ConnectRequest = {
  at: TrueTime;
  instanceId: string;
  /** The invocation that sent it. */
  invocation: number | undefined;
  identity: string;
  /** The credentials in it. */
  pair: string;
  code: string | undefined;
  /** HTTP status, or what went wrong; undefined as long as nothing came back. */
  outcome: number | string | undefined;
};

/** Instacart Connect: it carries out what has reached it, even if the client no longer waits. */
export function createConnect(options: ConnectOptions) {
  const { timeline, trouble, random, latencyMs, onAnswer, forbid } = options;
  const endpoint = createTokenEndpoint(timeline, options.tokens);
  const requests: ConnectRequest[] = [];

  function receive(instance: Instance, input: string | URL | Request, init: RequestInit = {}) {
    const url = new URL(input instanceof Request ? input.url : input);
    if (init.method !== 'POST' || !/^\/v2\/oauth\/token(\/revoke)?$/.test(url.pathname)) {
      forbid(`Connect: ${init.method} ${url.pathname}`);
      return Promise.reject(new TypeError('Not modelled'));
    }
    const received = endpoint.read(url.pathname, init);
    const { identity, pair, code } = received;
    const { id: instanceId, invocation } = instance;
    const request = { at: timeline.now(), instanceId, invocation, identity, pair, code, outcome: undefined };
    requests.push(request);
    return exchange(instance, request, init.signal, () => endpoint.answer(received));
  }

  function exchange(
    instance: Instance,
    request: ConnectRequest,
    signal: AbortSignal | null | undefined,
    answer: () => Answered,
  ): Promise<Response> {
    const sentAt = instance.wall();
    const fault = trouble.met('connect');
    const tookMs =
      latencyMs * (0.7 + 0.6 * random()) + (fault?.kind === 'slow' ? 1_000 + 6_000 * random() : 0);
    return callService<Response>({
      timeline,
      instance,
      wayThereMs: fault?.kind === 'refusedConnection' ? 2 : tookMs * 0.9,
      carryOut: () => outcomeOf(fault, tookMs * 0.1, request, answer, { instance, sentAt }),
      signal,
      aborted: (reason) => {
        request.outcome ??= 'aborted';
        return reason.reason;
      },
      connectionLost: () => fetchFailed('ECONNRESET', 'read'),
    });
  }

  function outcomeOf(
    fault: Fault | undefined,
    afterMs: number,
    request: ConnectRequest,
    answer: () => Answered,
    asked: { instance: Instance; sentAt: number },
  ): Outcome<Response> {
    const told = (outcome: number | string, respond: () => Response): Outcome<Response> => ({
      afterMs,
      answer: () => {
        request.outcome = outcome;
        onAnswer(request);
        return respond();
      },
    });
    const fail = (code: string, call: string) =>
      told(code, () => {
        throw fetchFailed(code, call);
      });
    switch (fault?.kind) {
      case undefined:
      case 'slow': {
        const answered = answer();
        return told(answered.status, () => answered.respond(asked.instance, asked.sentAt));
      }
      case 'failing':
        return told(500, () => json(500, { error: { message: 'Something went wrong', code: null } }));
      case 'throttled':
        return told(429, () => json(429, { error: { message: 'Too many requests', code: null } }, fault));
      case 'html':
        return told('html', () => new Response('<html>Be right back</html>', { status: 200 }));
      case 'refusedConnection':
        return fail('ECONNREFUSED', 'connect');
      case 'doubled':
        answer();
        return fail('ECONNRESET', 'read');
    }
    if (fault?.kind === 'answerLost') answer();
    return undefined;
  }

  return { ...endpoint, requests, receive };
}

function json(status: number, body: object, { retryAfterSeconds }: Partial<Fault> = {}): Response {
  const retryAfter = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return Response.json(body, { status, headers: retryAfter });
}

/** As Node's fetch rejects: the system's error is the cause. */
function fetchFailed(code: string, syscall: string): Error {
  const cause = Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
  return new TypeError('fetch failed', { cause });
}
