import middy from '@middy/core';
import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import { type AuditRecord, createAuditRecord, type RecordRequest } from '../observability/audit.ts';
import { descriptions, revocationPath, tokenPath } from '../protocol/contract.ts';
import { remainingSeconds } from '../tokens/token.ts';
import { timeBudget } from '../values/time-budget.ts';
import { type ApiEvent, readApiEvent, routePath } from './api-event.ts';
import { callerFields } from './audit-fields.ts';
import { OAuthError } from './oauth-error.ts';
import { type Route, readRoute } from './request-route.ts';
import { errorResponse, revokedResponse, tokenResponse } from './responses.ts';
import type { Revoke } from './revoke.ts';
import type { TimeLimit, Vend } from './vend.ts';

const { answerDeadlineMs, gatewayTimeoutMs, vendMarginMs: marginMs } = timeBudget;

type VendContext = Context & { audit: AuditRecord; startedAtMs: number };
type MiddyRequest = middy.Request<unknown, APIGatewayProxyResult, Error, VendContext>;

type Answer = (event: ApiEvent, audit: AuditRecord, limit: TimeLimit) => Promise<APIGatewayProxyResult>;

export type HandlerDependencies = {
  vend: Vend;
  revoke: Revoke;
  recordRequest: RecordRequest;
  /** For a bug, of which no response tells. */
  logError: (error: unknown) => void;
  /** Epoch milliseconds, which may jump. */
  now: () => number;
  /** Milliseconds that only go forward. */
  monotonic: () => number;
};

/**
 * Takes API Gateway's proxy event and gives its proxy result: for every event, as JSON, and in time. Writes one audit
 * line a request.
 */
export function createHandler(dependencies: HandlerDependencies) {
  const { vend, revoke, recordRequest, logError, now, monotonic } = dependencies;
  const routes: Record<Route, Answer> = { [tokenPath]: answerVend, [revocationPath]: answerRevocation };

  /** Middy ends a request when the remaining time falls to the margin, so the gateway's deadline is put there. */
  function shortenDeadline({ event, context }: middy.Request): void {
    const { getRemainingTimeInMillis } = context;
    const endsAtMs = monotonic() + timeLeftMs(event, now()) + marginMs;
    context.getRemainingTimeInMillis = () => Math.min(getRemainingTimeInMillis(), endsAtMs - monotonic());
  }

  function startAudit({ event, context }: MiddyRequest): void {
    const { awsRequestId } = context;
    context.startedAtMs = monotonic();
    context.audit = createAuditRecord({
      request_id: requestIdOf(event) ?? awsRequestId,
      function_request_id: awsRequestId,
    });
  }

  async function respond(event: unknown, context: VendContext, { signal }: { signal: AbortSignal }) {
    const deadline = monotonic() + context.getRemainingTimeInMillis() - marginMs;
    const request = readApiEvent(event);
    const operation = routePath(request) === revocationPath ? 'token revocation' : 'token request';
    context.audit.add({ operation, ...callerFields(request.requestContext.identity) });
    const answer = routes[readRoute(request)];
    return answer(request, context.audit, { signal, deadline });
  }

  async function answerVend(...[event, audit, limit]: Parameters<Answer>): ReturnType<Answer> {
    const { token, cacheStatus } = await vend(event, audit, limit);
    const time = now();
    audit.add({
      cache: cacheStatus,
      remaining_seconds: remainingSeconds(token, time),
      token_sha256: token.sha256,
    });
    return tokenResponse(token, cacheStatus, time);
  }

  async function answerRevocation(...[event, audit, limit]: Parameters<Answer>): ReturnType<Answer> {
    await revoke(event, audit, limit);
    return revokedResponse();
  }

  function recordAnswer({ context }: MiddyRequest): void {
    record(context, undefined);
  }

  function respondToError(request: MiddyRequest): void {
    const { error: cause, context } = request;
    const error = cause instanceof OAuthError ? cause : reportBug(cause);
    request.response = errorResponse(error, context.audit.fields.request_id);
    record(context, error);
  }

  function reportBug(cause: unknown): OAuthError {
    logError(cause);
    return new OAuthError('bug', descriptions.bug);
  }

  function record({ audit, startedAtMs }: VendContext, error: OAuthError | undefined): void {
    recordRequest(audit.fields, { error, durationMs: monotonic() - startedAtMs });
  }

  return middy<unknown, APIGatewayProxyResult, Error, VendContext>({
    requestStart: shortenDeadline,
    timeoutEarlyInMillis: marginMs,
    timeoutEarlyResponse: () => {
      throw new OAuthError('out_of_time', descriptions.outOfTime);
    },
  })
    .use({ before: startAudit, after: recordAnswer, onError: respondToError })
    .handler(respond);
}

/** No request waits for longer than the gateway does: then one of the two clocks is wrong, and says nothing. */
function timeLeftMs(event: unknown, now: number): number {
  const { requestTimeEpoch } = requestContextOf(event);
  const waitedMs = Number.isFinite(requestTimeEpoch) ? now - (requestTimeEpoch as number) : 0;
  return answerDeadlineMs - (waitedMs > 0 && waitedMs < gatewayTimeoutMs ? waitedMs : 0);
}

function requestIdOf(event: unknown): string | undefined {
  const { requestId } = requestContextOf(event);
  return typeof requestId === 'string' ? requestId : undefined;
}

/** The event may turn out not to be one of API Gateway's. */
function requestContextOf(event: unknown): { requestId?: unknown; requestTimeEpoch?: unknown } {
  return (event as { requestContext?: object } | null | undefined)?.requestContext ?? {};
}
