import middy from '@middy/core';
import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import { type AuditRecord, createAuditRecord, type RecordRequest } from '../observability/audit.ts';
import { descriptions } from '../protocol/contract.ts';
import { remainingSeconds } from '../tokens/token.ts';
import { timeBudget } from '../values/time-budget.ts';
import { readApiEvent } from './api-event.ts';
import { OAuthError } from './oauth-error.ts';
import { errorResponse, tokenResponse } from './responses.ts';
import type { Vend } from './vend.ts';

const { answerDeadlineMs, gatewayTimeoutMs, vendMarginMs: marginMs } = timeBudget;

type VendContext = Context & { audit: AuditRecord; startedAtMs: number };
type MiddyRequest = middy.Request<unknown, APIGatewayProxyResult, Error, VendContext>;

export type HandlerDependencies = {
  vend: Vend;
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
export function createHandler({ vend, recordRequest, logError, now, monotonic }: HandlerDependencies) {
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
    const { token, cacheStatus } = await vend(readApiEvent(event), context.audit, { signal, deadline });
    const time = now();
    context.audit.add({
      cache: cacheStatus,
      remaining_seconds: remainingSeconds(token, time),
      token_sha256: token.sha256,
    });
    return tokenResponse(token, cacheStatus, time);
  }

  function recordVend({ context }: MiddyRequest): void {
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
    .use({ before: startAudit, after: recordVend, onError: respondToError })
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
