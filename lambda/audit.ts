import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MintResult } from './mint.ts';
import type { KeepWarm } from './policy.ts';
import type { Refusal } from './refusal.ts';
import type { Landed } from './renewal.ts';
import type { CacheLevel } from './tokens.ts';

/**
 * What is known of one request, filled in as it is found out. Every field may be recorded: no token, secret,
 * code, assertion or user id has a place here.
 */
export type Audit = {
  request_id: string;
  lambda_request_id: string;
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
  /** The table was slow, throttled, missing or denied; what was vended came from elsewhere. */
  table_fault?: string;
};

export type Ending = { status: number; refusal: Refusal | undefined; milliseconds: number };

export type RecordRequest = (audit: Audit, ending: Ending) => void;

/**
 * One log line a request, allowed or denied. Its count travels in the same line, in CloudWatch's embedded metric
 * format; what else there is to measure, of a mint, goes out apart.
 */
export function createRecordRequest(logger: Logger, metrics: Metrics): RecordRequest {
  return function recordRequest(audit, ending) {
    countOutcome(metrics, audit, ending);
    // The logger has a `service` of its own, the same.
    const { service: _, ...counted } = metrics.serializeMetrics();
    logger.info('token request', { ...auditLine(audit, ending), ...counted });
    metrics.clearMetrics();
    metrics.clearDimensions();
    if (audit.mint !== undefined) measureMint(metrics, audit.mint);
    if (audit.table_fault !== undefined) metrics.addMetric('TableFaults', MetricUnit.Count, 1);
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
}

function countOutcome(metrics: Metrics, { cache, grant_ids }: Audit, { refusal }: Ending): void {
  metrics.addDimensions(refusal === undefined ? { cache: cache ?? 'memory' } : { reason: refusal.reason });
  const failed = grant_ids === undefined ? 'Denials' : 'Failures';
  metrics.addMetric(refusal === undefined ? 'Vends' : failed, MetricUnit.Count, 1);
}

function auditLine(
  { mint, ...known }: Audit,
  { status, refusal, milliseconds }: Ending,
): Record<string, unknown> {
  return {
    ...known,
    // An outage after the policy has allowed is no denial.
    decision: known.grant_ids === undefined ? 'deny' : 'allow',
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
    ...(fault && { fault: fault.message }),
  };
}

function measureMint(metrics: Metrics, { outcome, upstreamMs, currentRefused }: MintResult): void {
  if (outcome.kind === 'token') metrics.addMetric('Mints', MetricUnit.Count, 1);
  else count(metrics, 'MintFailures', { kind: outcome.kind });
  if (upstreamMs > 0) metrics.addMetric('UpstreamLatency', MetricUnit.Milliseconds, upstreamMs);
  const refused = currentRefused || outcome.kind === 'query_params_forbidden';
  if (refused) metrics.addMetric('CredentialsRefused', MetricUnit.Count, 1);
}

function count(metrics: Metrics, name: string, dimension: Record<string, string>): void {
  metrics.addDimensions(dimension);
  metrics.addMetric(name, MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
}

export type RecordRefresh = (
  entry: KeepWarm,
  outcome: 'fresh' | 'renewed' | 'failed',
  landed: Landed | Error,
  now: number,
) => void;

/** One log line an entry of keepWarm. */
export function createRecordRefresh(logger: Logger, metrics: Metrics): RecordRefresh {
  return function recordRefresh({ client, scopes, retailerId }, outcome, landed, now) {
    const line = { client, scopes, retailer_id: retailerId, outcome };
    if (landed instanceof Error) {
      logger.error('token refresh', { ...line, error: landed });
    } else {
      logger.info('token refresh', { ...line, ...landedFields(landed, now) });
      if (landed.mint !== undefined) measureMint(metrics, landed.mint);
    }
    if (!(landed instanceof Error) && landed.tableFault)
      metrics.addMetric('TableFaults', MetricUnit.Count, 1);
    if (outcome === 'failed') metrics.addMetric('RefreshFailures', MetricUnit.Count, 1);
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
}

function landedFields({ shared, failure, mint, tableFault }: Landed, now: number): Record<string, unknown> {
  return {
    ...(shared && {
      remaining_seconds: Math.floor((shared.token.expiresAt - now) / 1000),
      token_sha256: shared.token.sha256,
    }),
    ...(failure && { reason: failure.kind }),
    ...(tableFault && { table_fault: tableFault.message }),
    ...(mint && mintFields(mint)),
  };
}
