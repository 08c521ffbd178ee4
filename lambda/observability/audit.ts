import type { OAuthError, Reason } from '../http/oauth-error.ts';
import type { MintResult } from '../tokens/mint.ts';
import type { RevocationResult } from '../tokens/revocation.ts';
import type { CacheStatus } from '../tokens/token-cache.ts';
import type { Log } from './log.ts';
import { embedMetrics, type Metric, once } from './metrics.ts';
import {
  mintFields,
  mintMetrics,
  revocationFields,
  revocationMetrics,
  tableFaultMetrics,
} from './mint-fields.ts';

/** What the audit line may contain of one request: no token, secret, code, assertion or user id has a field here. */
export type Audit = {
  /** The line's message, by the path of the request. */
  operation?: 'token request' | 'token revocation';
  /** API Gateway's id of the request: the caller reads it in an error's body, and the access log has it. */
  request_id: string;
  /** Lambda's id of the invocation, as in the access log. */
  function_request_id: string;
  caller?: string | undefined;
  account?: string | undefined;
  client?: string | undefined;
  grant_type?: string | undefined;
  scopes?: readonly string[] | undefined;
  retailer_id?: string | undefined;
  /** The grants that allow the request. Undefined until the policy has allowed it. */
  grant_ids?: readonly string[] | undefined;
  cache?: CacheStatus | undefined;
  remaining_seconds?: number | undefined;
  token_sha256?: string | undefined;
  mint?: MintResult | undefined;
  revocation?: RevocationResult | undefined;
  /** Of a back-off: why the last mint failed. */
  cause?: Reason | undefined;
  /** Why the token table could not be used: it was slow, throttled, missing or denied. */
  table_fault?: string | undefined;
};

/** What is known of one request so far. */
export type AuditRecord = { readonly fields: Readonly<Audit>; add: (found: Partial<Audit>) => void };

export function createAuditRecord(ids: Pick<Audit, 'request_id' | 'function_request_id'>): AuditRecord {
  const fields: Audit = { ...ids };
  return {
    fields,
    add(found) {
      Object.assign(fields, found);
    },
  };
}

/** `error` is undefined where the request got a token, or the token was revoked. */
export type RequestOutcome = { error: OAuthError | undefined; durationMs: number };

export type RecordRequest = (audit: Audit, outcome: RequestOutcome) => void;

/** Writes one log line a request, allowed or denied. The line carries the request's metrics too. */
export function createRecordRequest(log: Log): RecordRequest {
  return function recordRequest(audit, outcome) {
    const metrics = [
      outcomeMetric(audit, outcome),
      ...mintMetrics(audit.mint),
      ...revocationMetrics(audit.revocation),
      ...tableFaultMetrics(audit.table_fault),
    ];
    log('INFO', audit.operation ?? 'token request', {
      ...auditLine(audit, outcome),
      ...embedMetrics(metrics),
    });
  };
}

function outcomeMetric({ operation, grant_ids }: Audit, { error }: RequestOutcome): Metric {
  if (error === undefined && operation === 'token revocation') return { name: 'Revocations', ...once };
  if (error === undefined) return { name: 'Vends', ...once, by: 'cache' };
  return { name: grant_ids === undefined ? 'Denials' : 'Failures', ...once, by: 'reason' };
}

function auditLine(audit: Audit, { error, durationMs }: RequestOutcome): Record<string, unknown> {
  return {
    ...audit,
    // JSON has no undefined fields: what these say stands in fields of their own.
    operation: undefined,
    mint: undefined,
    revocation: undefined,
    // An outage after the policy has allowed the request is no denial.
    decision: audit.grant_ids === undefined ? 'deny' : 'allow',
    reason: error?.reason,
    error: error?.code,
    status: error?.status ?? 200,
    duration_ms: Math.round(durationMs),
    ...mintFields(audit.mint),
    ...revocationFields(audit.revocation),
  };
}
