import type { MintResult } from '../tokens/mint.ts';
import { reasonOfFailure } from './failure-reason.ts';
import { type Metric, once } from './metrics.ts';
import { secretAgeDays, secretAgeMetrics } from './secret-age.ts';

/** What a line says of the mint in it, in the audit line and the refresh line alike. */
export function mintFields(mint: MintResult | undefined): Record<string, unknown> {
  if (mint === undefined) return {};
  const { outcome, secretVersionId, secretAgeMs, refusedCredentials, attempts, upstreamMs, fault } = mint;
  return {
    mint: outcome.kind === 'token' ? outcome.kind : reasonOfFailure(outcome),
    secret_version_id: secretVersionId,
    secret_age_days: secretAgeDays(secretAgeMs),
    refused_credentials: refusedCredentials,
    attempts,
    upstream_ms: Math.round(upstreamMs),
    ...(outcome.kind !== 'token' && evidenceFields(mint)),
    ...(fault && { fault: fault.message }),
  };
}

/** What came back, so that a typo, a firewall, an expired certificate and an outage read differently. */
function evidenceFields({ evidence }: MintResult): Record<string, unknown> {
  const { status, oauthError, systemError, failedCheck } = evidence ?? {};
  return {
    upstream_status: status,
    upstream_error: oauthError,
    system_error: systemError,
    failed_check: failedCheck,
  };
}

export function mintMetrics(mint: MintResult | undefined): Metric[] {
  if (mint === undefined) return [];
  const { outcome, upstreamMs, isCurrentBad, secretAgeMs } = mint;
  const isRefused = isCurrentBad || outcome.kind === 'query_params_forbidden';
  return [
    outcome.kind === 'token' ? { name: 'Mints', ...once } : { name: 'MintFailures', ...once, by: 'mint' },
    ...(upstreamMs > 0
      ? [{ name: 'UpstreamLatency', value: Math.round(upstreamMs), unit: 'Milliseconds' } as const]
      : []),
    ...(isRefused ? [{ name: 'CredentialsRefused', ...once }] : []),
    ...secretAgeMetrics(secretAgeMs),
  ];
}

export function tableFaultMetrics(fault: unknown): Metric[] {
  return fault === undefined ? [] : [{ name: 'TableFaults', ...once }];
}
