import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MintResult } from './mint.ts';
import type { Refusal } from './refusal.ts';
import type { CacheLevel } from './tokens.ts';

/**
 * What is known of one request, filled in as it is found out. Every field may be recorded: no token, secret,
 * code, assertion or user id has a place here.
 */
export type Audit = {
  request_id: string;
  caller?: string;
  account?: string;
  client?: string;
  grant_type?: string;
  scopes?: readonly string[];
  retailer_id?: string;
  grant_ids?: readonly string[];
  cache?: CacheLevel;
  remaining_seconds?: number;
  token_sha256?: string;
  mint?: MintResult;
};

export type Ending = { status: number; refusal: Refusal | undefined; milliseconds: number };

export type RecordRequest = (audit: Audit, ending: Ending) => void;

/** One log line and one set of metrics a request, whether it was allowed or denied. */
export function createRecordRequest(logger: Logger, metrics: Metrics): RecordRequest {
  return function recordRequest(audit, ending) {
    logger.info('token request', auditLine(audit, ending));
    measure(metrics, audit, ending);
  };
}

function auditLine(
  { mint, ...known }: Audit,
  { status, refusal, milliseconds }: Ending,
): Record<string, unknown> {
  return {
    ...known,
    decision: refusal === undefined ? 'allow' : 'deny',
    ...(refusal && { reason: refusal.reason, error: refusal.code }),
    status,
    duration_ms: Math.round(milliseconds),
    ...(mint && mintFields(mint)),
  };
}

function mintFields({
  outcome,
  secretVersionId,
  refusedCredentials,
  upstreamMs,
  fault,
}: MintResult): Record<string, unknown> {
  return {
    mint: outcome.kind,
    secret_version_id: secretVersionId,
    refused_credentials: refusedCredentials,
    upstream_ms: Math.round(upstreamMs),
    ...(fault && { fault: fault.message, fault_detail: (fault.cause as Error | undefined)?.message }),
  };
}

/** The metrics with a dimension of their own are published apart: a dimension holds for all that goes with it. */
function measure(metrics: Metrics, { cache, mint }: Audit, { refusal }: Ending): void {
  if (refusal === undefined) count(metrics, 'Vends', { cache: cache ?? 'memory' });
  else count(metrics, 'Denials', { reason: refusal.reason });
  if (mint === undefined) return;
  const { outcome, upstreamMs, refusedCredentials } = mint;
  if (outcome.kind !== 'token') count(metrics, 'MintFailures', { kind: outcome.kind });
  metrics.addMetric('Mints', MetricUnit.Count, outcome.kind === 'token' ? 1 : 0);
  metrics.addMetric('UpstreamLatency', MetricUnit.Milliseconds, upstreamMs);
  const leaked = outcome.kind === 'query_params_forbidden' ? 1 : 0;
  metrics.addMetric('CredentialsRefused', MetricUnit.Count, refusedCredentials + leaked);
  metrics.publishStoredMetrics();
}

function count(metrics: Metrics, name: string, dimension: Record<string, string>): void {
  metrics.addDimensions(dimension);
  metrics.addMetric(name, MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
}
