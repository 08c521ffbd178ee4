import middy from '@middy/core';
import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Audit, RecordRequest } from '../observability/audit.ts';
import { descriptions } from '../protocol/contract.ts';
import { remainingSeconds } from '../tokens/token.ts';
import { timeBudget } from '../values/time-budget.ts';
import { readApiEvent } from './api-event.ts';
import { OAuthError } from './oauth-error.ts';
import { errorResponse, tokenResponse } from './responses.ts';
import type { Vend } from './vend.ts';

const { answerDeadlineMs, vendMarginMs } = timeBudget;

type VendContext = Context & { audit: Audit; startedAt: number };
type VendRequest = middy.Request<unknown, APIGatewayProxyResult, Error, VendContext>;

export type HandlerDependencies = {
  vend: Vend;
  recordRequest: RecordRequest;
  /** For what no answer may tell: a bug. */
  logError: (error: unknown) => void;
  /** Epoch milliseconds, which may jump, and milliseconds that only go forward. */
  now: () => number;
  monotonic: () => number;
};

/** API Gateway's proxy event in, its proxy result out: always, as JSON, and in time. */
export function createHandler({ vend, recordRequest, logError, now, monotonic }: HandlerDependencies) {
  /** Middy ends us a margin before the remaining time is over, so the gateway's deadline is put there. */
  function shortenDeadline({ event, context }: middy.Request): void {
    const { getRemainingTimeInMillis } = context;
    const endsAt = monotonic() + timeToAnswer(event, now()) + vendMarginMs;
    context.getRemainingTimeInMillis = () => Math.min(getRemainingTimeInMillis(), endsAt - monotonic());
  }

  function startAudit({ event, context }: VendRequest): void {
    context.startedAt = monotonic();
    const { awsRequestId } = context;
    context.audit = { request_id: requestIdOf(event) ?? awsRequestId, lambda_request_id: awsRequestId };
  }

  async function answerToken(event: unknown, context: VendContext, { signal }: { signal: AbortSignal }) {
    // With no time left, nothing is begun: a one-time code stays unused.
    if (context.getRemainingTimeInMillis() <= vendMarginMs) refuseOutOfTime();
    const { token, level } = await vend(readApiEvent(event), context.audit, signal);
    const time = now();
    Object.assign(context.audit, {
      cache: level,
      remaining_seconds: remainingSeconds(token, time),
      token_sha256: token.sha256,
    });
    return tokenResponse(token, level, time);
  }

  function answerError(request: VendRequest): void {
    const refusal = request.error instanceof OAuthError ? request.error : bug(request.error);
    request.error = refusal;
    request.response = errorResponse(refusal, request.context.audit.request_id);
  }

  function bug(error: unknown): OAuthError {
    logError(error);
    return new OAuthError('server_error', 'bug', descriptions.bug);
  }

  function recordOutcome({ response, error, context }: VendRequest): void {
    recordRequest(context.audit, {
      status: response?.statusCode ?? 500,
      refusal: error instanceof OAuthError ? error : undefined,
      milliseconds: monotonic() - context.startedAt,
    });
  }

  return middy<unknown, APIGatewayProxyResult, Error, VendContext>({
    requestStart: shortenDeadline,
    timeoutEarlyInMillis: vendMarginMs,
    timeoutEarlyResponse: refuseOutOfTime,
  })
    .use({ before: startAudit, after: recordOutcome, onError: recordOutcome })
    .use({ onError: answerError })
    .handler(answerToken);
}

function refuseOutOfTime(): never {
  throw new OAuthError('temporarily_unavailable', 'out_of_time', descriptions.outOfTime, { status: 504 });
}

/** A gateway clock ahead of ours gains nobody time; an event without its time gets all of it. */
function timeToAnswer(event: unknown, now: number): number {
  const { requestTimeEpoch } = requestContextOf(event);
  const waited = Number.isFinite(requestTimeEpoch) ? now - (requestTimeEpoch as number) : 0;
  return answerDeadlineMs - Math.max(0, waited);
}

function requestIdOf(event: unknown): string | undefined {
  const { requestId } = requestContextOf(event);
  return typeof requestId === 'string' ? requestId : undefined;
}

/** Before the event is known to be one of API Gateway's. */
function requestContextOf(event: unknown): { requestId?: unknown; requestTimeEpoch?: unknown } {
  return (event as { requestContext?: object } | null | undefined)?.requestContext ?? {};
}
