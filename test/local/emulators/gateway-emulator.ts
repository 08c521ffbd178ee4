import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { gatewayBody, gatewayHeaders, gatewayResponses } from '../../../infra/api/gateway-responses.ts';
import type { Statement } from '../../../infra/api/resource-policy.ts';
import { timeBudget } from '../../../lambda/values/time-budget.ts';
import { type Address, type Arrival, arrive } from './address.ts';
import { mayInvoke } from './authorisation.ts';
import type { Caller } from './callers.ts';
import { proxyEvent } from './proxy-event.ts';
import { readBody, type Server, serve } from './server.ts';
import { verifySignature } from './sigv4.ts';
import { headerLists } from './wire.ts';

const region = 'us-east-1';

/**
 * AWS's own answers to bodies over its limits, which no API can customise: API Gateway's, which it gives before it looks
 * at anything else, and that to an event which Lambda does not take. Sources: Amazon API Gateway, "Quotas for configuring
 * and running a REST API"; AWS Lambda, "Lambda quotas". AWS documents the status; the texts are what callers have seen.
 */
const tooLarge = {
  forGateway: {
    bytes: 10 * 1024 * 1024,
    type: 'text/plain',
    body: 'HTTP content length exceeded 10485760 bytes.',
  },
  forLambda: { bytes: 6 * 1024 * 1024, type: 'application/json', body: '{"message":"Request Too Long"}' },
};

/** Under a name that leads to no API from there. No gateway response can customise it: there is no API to have one. */
const noSuchApi: APIGatewayProxyResult = {
  statusCode: 403,
  headers: { 'Content-Type': 'application/json', 'x-amzn-ErrorType': 'ForbiddenException' },
  body: '{"message":"Forbidden"}',
};

/** What Lambda does with an event; rejects where the function failed or was throttled. */
export type Invoke = (event: object) => Promise<unknown>;

export type Answered = {
  caller: Caller | undefined;
  method: string;
  path: string;
  status: number;
  body: string;
};

export type GatewayOptions = {
  callers: readonly Caller[];
  resourcePolicy: readonly Statement[];
  invoke: Invoke;
  /** Default: regional, under any name. */
  address?: Address;
  port?: number;
  /** Told of every answer. */
  onAnswer?: (answered: Answered) => void;
};

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

/**
 * API Gateway's REST front: Signature Version 4, resource policy, throttling, then the proxy integration. It
 * answers by itself in the stack's gateway responses.
 */
export async function startGateway(options: GatewayOptions) {
  const { callers, resourcePolicy, invoke, address = {}, port, onAnswer } = options;
  const state = { throttled: false, now: () => Date.now() };

  async function listener(
    request: IncomingMessage,
    response: ServerResponse,
    sourceVpce: string | undefined,
  ): Promise<void> {
    const requestId = randomUUID();
    const body = await readBody(request);
    const { method = '', url = '/' } = request;
    const arrival = arrive(request, sourceVpce, address);
    const isTooLarge = body.length > tooLarge.forGateway.bytes;
    const admitted = isTooLarge || arrival === undefined ? undefined : admit(request, body, arrival);
    const caller = typeof admitted === 'string' ? undefined : admitted;
    const result = isTooLarge
      ? tooLargeAnswer(tooLarge.forGateway)
      : await respond(request, body, arrival, admitted, requestId);
    response.writeHead(result.statusCode, {
      ...(result.headers as Record<string, string>),
      'x-amzn-RequestId': requestId,
    });
    response.end(result.body);
    onAnswer?.({
      caller,
      method,
      path: url.split('?')[0] ?? '',
      status: result.statusCode,
      body: result.body,
    });
  }

  /** The caller, or the name of the gateway response that keeps the request out. */
  function admit(
    { method = '', url = '/', rawHeaders }: IncomingMessage,
    body: Buffer,
    { sourceVpce }: Arrival,
  ): Caller | string {
    if (state.throttled) return 'THROTTLED';
    const headers = headerLists(rawHeaders);
    const verdict = verifySignature(
      { method, target: url, headers, body },
      { service: 'execute-api', region, keys: callers, now: state.now() },
    );
    if (verdict.kind !== 'signed') return verdict.kind;
    const caller = callers.find(({ accessKeyId }) => accessKeyId === verdict.accessKeyId);
    return caller !== undefined && mayInvoke(resourcePolicy, caller, sourceVpce) ? caller : 'ACCESS_DENIED';
  }

  async function respond(
    request: IncomingMessage,
    body: Buffer,
    arrival: Arrival | undefined,
    admitted: Caller | string | undefined,
    requestId: string,
  ): Promise<APIGatewayProxyResult> {
    if (admitted === undefined || arrival === undefined) return noSuchApi;
    if (typeof admitted === 'string') return ownAnswer(admitted, requestId);
    return integrate(request, body, arrival, admitted, requestId);
  }

  async function integrate(
    request: IncomingMessage,
    body: Buffer,
    arrival: Arrival,
    caller: Caller,
    requestId: string,
  ): Promise<APIGatewayProxyResult> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, timeBudget.gatewayTimeoutMs, 'late');
    });
    try {
      const event = proxyEvent(request, body, arrival, caller, requestId, state.now());
      if (Buffer.byteLength(JSON.stringify(event)) > tooLarge.forLambda.bytes)
        return tooLargeAnswer(tooLarge.forLambda);
      const result = await Promise.race([invoke(event), tooLate]);
      if (result === 'late') return ownAnswer('INTEGRATION_TIMEOUT', requestId);
      return isProxyResult(result) ? result : ownAnswer('DEFAULT_5XX', requestId);
    } catch {
      return ownAnswer('INTEGRATION_FAILURE', requestId);
    } finally {
      clearTimeout(timer);
    }
  }

  const listen = (sourceVpce?: string) => (request: IncomingMessage, response: ServerResponse) => {
    listener(request, response, sourceVpce).catch(() => response.destroy());
  };
  const server = await serve(listen(), port);
  /** Another way in: requests to its URL come through the VPC endpoint of this id. */
  const openVpcEndpoint = (id: string): Promise<Server> => serve(listen(id));
  return { ...server, state, openVpcEndpoint };
}

function ownAnswer(type: string, requestId: string): APIGatewayProxyResult {
  const response = gatewayResponses.find((one) => one.type === type);
  if (response?.status === undefined) throw new Error(`The stack has no gateway response for ${type}`);
  const body = gatewayBody(response).replace('$context.requestId', requestId);
  return { statusCode: response.status, headers: gatewayHeaders(response), body };
}

function tooLargeAnswer({ type, body }: { type: string; body: string }): APIGatewayProxyResult {
  return { statusCode: 413, headers: { 'Content-Type': type }, body };
}

function isProxyResult(result: unknown): result is APIGatewayProxyResult {
  const { statusCode, body } = (result ?? {}) as Partial<APIGatewayProxyResult>;
  return Number.isInteger(statusCode) && typeof body === 'string';
}
