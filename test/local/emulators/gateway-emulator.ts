import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Statement } from '../../../infra/api/resource-policy.ts';
import { timeBudget } from '../../../lambda/values/time-budget.ts';
import { type Address, type Arrival, arrive } from './address.ts';
import { authorise, ownAccount } from './authorisation.ts';
import type { Caller } from './callers.ts';
import { type GatewayVerdict, noSuchApi, ownAnswer, type Result, tooLargeAnswer } from './gateway-answers.ts';
import { proxyEvent } from './proxy-event.ts';
import { readBody, type Server, serve } from './server.ts';
import { verifySignature } from './sigv4.ts';
import { refuseWebPages } from './web-pages.ts';
import { headerLists } from './wire.ts';

const region = 'us-east-1';

/** What Lambda does with an event; rejects where the function failed or was throttled. */
export type Invoke = (event: object) => Promise<unknown>;

export type Answered = {
  requestId: string;
  /** Whoever signed well, let in or not. */
  caller: Caller | undefined;
  method: string;
  path: string;
  status: number;
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>;
  body: string;
  durationMs: number;
  /** Where API Gateway answered by itself. */
  verdict: GatewayVerdict | undefined;
};

export type GatewayOptions = {
  callers: readonly Caller[];
  resourcePolicy: readonly Statement[];
  invoke: Invoke;
  /** The account of the API. */
  account?: string;
  /** Default: regional, under any name. */
  address?: Address;
  port?: number;
  host?: string;
  /** Refuses what a web page sends, which API Gateway does not. Default: false. */
  refusesWebPages?: boolean;
  /** The function's clock, by which requests are stamped. Default: API Gateway's own, by which signatures are checked. */
  functionNow?: () => number;
  /** Told of every answer. */
  onAnswer?: (answered: Answered) => void;
};

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** A request that is let in, or the gateway response that keeps it out. */
type Admission =
  | { caller: Caller; refusal?: undefined }
  | { caller: Caller | undefined; refusal: Parameters<typeof ownAnswer>[0] };

/**
 * API Gateway's REST front: Signature Version 4, resource policy, throttling, then the proxy integration. It
 * answers by itself in the stack's gateway responses.
 */
export async function startGateway(options: GatewayOptions) {
  const { callers, resourcePolicy, invoke, account = ownAccount, address = {}, onAnswer } = options;
  const state = { throttled: false, now: () => Date.now() };
  const functionNow = options.functionNow ?? (() => state.now());

  async function listener(
    request: IncomingMessage,
    response: ServerResponse,
    sourceVpce: string | undefined,
  ): Promise<void> {
    const startedAt = performance.now();
    const requestId = randomUUID();
    const body = await readBody(request);
    const { method = '', url = '/' } = request;
    const arrival = arrive(request, sourceVpce, address);
    const { caller, answer, verdict } = await respond(request, body, arrival, requestId);
    const headers = { ...(answer.headers as Record<string, string>), 'x-amzn-RequestId': requestId };
    response.writeHead(answer.statusCode, headers);
    response.end(answer.body);
    onAnswer?.({
      ...{ requestId, caller, method, verdict },
      path: url.split('?')[0] ?? '',
      status: answer.statusCode,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      body: answer.body,
      durationMs: performance.now() - startedAt,
    });
  }

  async function respond(
    request: IncomingMessage,
    body: Buffer,
    arrival: Arrival | undefined,
    requestId: string,
  ): Promise<Result & { caller?: Caller | undefined }> {
    const large = tooLargeAnswer('forGateway', body.length);
    if (large !== undefined) return large;
    if (arrival === undefined) return { answer: noSuchApi, verdict: { kind: 'noSuchApi' } };
    const { caller, refusal } = admit(request, body, arrival);
    if (refusal !== undefined) return { caller, ...ownAnswer(refusal, requestId) };
    return { caller, ...(await integrate(request, body, arrival, caller, requestId)) };
  }

  function admit(
    { method = '', url = '/', rawHeaders }: IncomingMessage,
    body: Buffer,
    { sourceVpce }: Arrival,
  ): Admission {
    if (state.throttled) return { caller: undefined, refusal: { kind: 'THROTTLED' } };
    const headers = headerLists(rawHeaders);
    const verdict = verifySignature(
      { method, target: url, headers, body },
      { service: 'execute-api', region, keys: callers, now: state.now() },
    );
    if (verdict.kind !== 'signed') return { caller: undefined, refusal: verdict };
    const caller = callers.find(({ accessKeyId }) => accessKeyId === verdict.accessKeyId) as Caller;
    const decision = authorise(resourcePolicy, caller, { sourceVpce, account });
    return decision.isAllowed ? { caller } : { caller, refusal: { kind: 'ACCESS_DENIED', decision } };
  }

  async function integrate(
    request: IncomingMessage,
    body: Buffer,
    arrival: Arrival,
    caller: Caller,
    requestId: string,
  ): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, timeBudget.gatewayTimeoutMs, 'late');
    });
    try {
      const event = proxyEvent(request, body, arrival, caller, { requestId, now: functionNow(), account });
      const large = tooLargeAnswer('forLambda', Buffer.byteLength(JSON.stringify(event)));
      if (large !== undefined) return large;
      const answer = await Promise.race([invoke(event), tooLate]);
      if (answer === 'late') return ownAnswer({ kind: 'INTEGRATION_TIMEOUT' }, requestId);
      return isProxyResult(answer) ? { answer } : ownAnswer({ kind: 'DEFAULT_5XX' }, requestId);
    } catch {
      return ownAnswer({ kind: 'INTEGRATION_FAILURE' }, requestId);
    } finally {
      clearTimeout(timer);
    }
  }

  const listen = (sourceVpce?: string) => (request: IncomingMessage, response: ServerResponse) =>
    listener(request, response, sourceVpce);
  const open = options.refusesWebPages === true ? refuseWebPages(listen(), options.host) : listen();
  const server = await serve(open, options.port, options.host);
  /** Another way in: requests to its URL come through the VPC endpoint of this id. */
  const openVpcEndpoint = (id: string): Promise<Server> => serve(listen(id));
  return { ...server, state, openVpcEndpoint };
}

function isProxyResult(result: unknown): result is APIGatewayProxyResult {
  const { statusCode, body } = (result ?? {}) as Partial<APIGatewayProxyResult>;
  return Number.isInteger(statusCode) && typeof body === 'string';
}
