import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { gatewayBody, gatewayHeaders, gatewayResponses } from '../../../infra/api/gateway-responses.ts';
import type { Statement } from '../../../infra/api/resource-policy.ts';
import { timeBudget } from '../../../lambda/values/time-budget.ts';
import { mayInvoke } from './authorisation.ts';
import type { Caller } from './callers.ts';
import { proxyEvent } from './proxy-event.ts';
import { readBody, serve } from './server.ts';
import { verifySignature } from './sigv4.ts';
import { headerLists } from './wire.ts';

const region = 'us-east-1';
const maxPayload = 10 * 1024 * 1024;

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
  port?: number;
  /** Told of every answer. */
  onAnswer?: (answered: Answered) => void;
};

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

/**
 * API Gateway's REST front: Signature Version 4, resource policy, throttling, then the proxy integration. It
 * answers by itself in the stack's gateway responses.
 */
export async function startGateway({ callers, resourcePolicy, invoke, port, onAnswer }: GatewayOptions) {
  const state = { throttled: false, now: () => Date.now() };

  async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    const body = await readBody(request);
    const { method = '', url = '/' } = request;
    const refusal = admit(request, body);
    const caller = typeof refusal === 'string' ? undefined : refusal;
    const result =
      caller === undefined
        ? ownAnswer(refusal as string, requestId)
        : await integrate(request, body, caller, requestId);
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
  function admit({ method = '', url = '/', rawHeaders }: IncomingMessage, body: Buffer): Caller | string {
    if (state.throttled) return 'THROTTLED';
    if (body.length > maxPayload) return 'REQUEST_TOO_LARGE';
    const headers = headerLists(rawHeaders);
    const verdict = verifySignature(
      { method, target: url, headers, body },
      { service: 'execute-api', region, keys: callers, now: state.now() },
    );
    if (verdict.kind !== 'signed') return verdict.kind;
    const caller = callers.find(({ accessKeyId }) => accessKeyId === verdict.accessKeyId);
    return caller !== undefined && mayInvoke(resourcePolicy, caller) ? caller : 'ACCESS_DENIED';
  }

  async function integrate(
    request: IncomingMessage,
    body: Buffer,
    caller: Caller,
    requestId: string,
  ): Promise<APIGatewayProxyResult> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, timeBudget.gatewayTimeoutMs, 'late');
    });
    try {
      const event = proxyEvent(request, body, caller, requestId, state.now());
      const result = await Promise.race([invoke(event), tooLate]);
      if (result === 'late') return ownAnswer('INTEGRATION_TIMEOUT', requestId);
      return isProxyResult(result) ? result : ownAnswer('DEFAULT_5XX', requestId);
    } catch {
      return ownAnswer('INTEGRATION_FAILURE', requestId);
    } finally {
      clearTimeout(timer);
    }
  }

  const server = await serve((request, response) => {
    listener(request, response).catch(() => response.destroy());
  }, port);
  return { ...server, state };
}

function ownAnswer(type: string, requestId: string): APIGatewayProxyResult {
  const response = gatewayResponses.find((one) => one.type === type);
  if (response === undefined) throw new Error(`The stack has no gateway response for ${type}`);
  const body = gatewayBody(response).replace('$context.requestId', requestId);
  return { statusCode: response.status, headers: gatewayHeaders(response), body };
}

function isProxyResult(result: unknown): result is APIGatewayProxyResult {
  const { statusCode, body } = (result ?? {}) as Partial<APIGatewayProxyResult>;
  return Number.isInteger(statusCode) && typeof body === 'string';
}
