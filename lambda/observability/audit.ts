import type { OAuthError } from '../http/oauth-error.ts';
import type { KeepWarm } from '../policy/policy.ts';
import type { MintResult } from '../tokens/mint.ts';
import type { RenewalResult } from '../tokens/renewal.ts';
import { remainingSeconds } from '../tokens/token.ts';
import type { CacheStatus } from '../tokens/tokens.ts';
import { errorFields, type Log } from './log.ts';
import { embedMetrics, type Metric } from './metrics.ts';

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
  cache?: CacheStatus;
  remaining_seconds?: number;
  token_sha256?: string;
  mint?: MintResult;
  /** The table was slow, throttled, missing or denied; what was vended came from elsewhere. */
  table_fault?: string;
};

export type RequestOutcome = { status: number; refusal: OAuthError | undefined; milliseconds: number };

export type RecordRequest = (audit: Audit, ending: RequestOutcome) => void;

/** One log line a request, allowed or denied; what there is to measure of it travels in the same line. */
export function createRecordRequest(log: Log): RecordRequest {
  return function recordRequest(audit, ending) {
    const measured = [
      outcomeMetric(audit, ending),
      ...mintMetrics(audit.mint),
      ...faultMetric(audit.table_fault),
    ];
    log('INFO', 'token request', { ...auditLine(audit, ending), ...embedMetrics(measured) });
  };
}

function outcomeMetric({ grant_ids }: Audit, { refusal }: RequestOutcome): Metric {
  if (refusal === undefined) return { name: 'Vends', ...once, by: 'cache' };
  return { name: grant_ids === undefined ? 'Denials' : 'Failures', ...once, by: 'reason' };
}

function auditLine(
  { mint, ...known }: Audit,
  { status, refusal, milliseconds }: RequestOutcome,
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

const once = { value: 1, unit: 'Count' } as const;

function mintMetrics(mint: MintResult | undefined): Metric[] {
  if (mint === undefined) return [];
  const { outcome, upstreamMs, currentRefused } = mint;
  const refused = currentRefused || outcome.kind === 'query_params_forbidden';
  return [
    outcome.kind === 'token' ? { name: 'Mints', ...once } : { name: 'MintFailures', ...once, by: 'mint' },
    ...(upstreamMs > 0
      ? [{ name: 'UpstreamLatency', value: Math.round(upstreamMs), unit: 'Milliseconds' } as const]
      : []),
    ...(refused ? [{ name: 'CredentialsRefused', ...once }] : []),
  ];
}

function faultMetric(fault: unknown): Metric[] {
  return fault === undefined ? [] : [{ name: 'TableFaults', ...once }];
}

export type RecordRefresh = (
  entry: KeepWarm,
  outcome: 'fresh' | 'renewed' | 'failed',
  result: RenewalResult | Error,
  now: number,
) => void;

/** One log line an entry of keepWarm. */
export function createRecordRefresh(log: Log): RecordRefresh {
  return function recordRefresh({ client, scopes, retailerId }, outcome, result, now) {
    const line = { client, scopes, retailer_id: retailerId, outcome };
    const failures: Metric[] = outcome === 'failed' ? [{ name: 'RefreshFailures', ...once }] : [];
    if (result instanceof Error) {
      log('ERROR', 'token refresh', { ...line, error: errorFields(result), ...embedMetrics(failures) });
      return;
    }
    const measured = [...failures, ...mintMetrics(result.mint), ...faultMetric(result.tableFault)];
    log('INFO', 'token refresh', { ...line, ...renewalFields(result, now), ...embedMetrics(measured) });
  };
}

function renewalFields(
  { shared, failure, mint, tableFault }: RenewalResult,
  now: number,
): Record<string, unknown> {
  return {
    ...(shared && {
      remaining_seconds: remainingSeconds(shared.token, now),
      token_sha256: shared.token.sha256,
    }),
    ...(failure && { reason: failure.kind }),
    ...(tableFault && { table_fault: tableFault.message }),
    ...(mint && mintFields(mint)),
  };
}
