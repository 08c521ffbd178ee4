import type { MintResult } from '../tokens/mint.ts';
import { reasonOfFailure } from './failure-reason.ts';
import { type Metric, once } from './metrics.ts';

/** What a line says of the mint in it, in the audit line and the refresh line alike. */
export function mintFields(mint: MintResult | undefined): Record<string, unknown> {
  if (mint === undefined) return {};
  const { outcome, secretVersionId, refusedCredentials, upstreamMs, fault } = mint;
  return {
    mint: outcome.kind === 'token' ? outcome.kind : reasonOfFailure(outcome),
    secret_version_id: secretVersionId,
    refused_credentials: refusedCredentials,
    upstream_ms: Math.round(upstreamMs),
    ...(fault && { fault: fault.message }),
  };
}

export function mintMetrics(mint: MintResult | undefined): Metric[] {
  if (mint === undefined) return [];
  const { outcome, upstreamMs, currentRefused } = mint;
  const isRefused = currentRefused || outcome.kind === 'query_params_forbidden';
  return [
    outcome.kind === 'token' ? { name: 'Mints', ...once } : { name: 'MintFailures', ...once, by: 'mint' },
    ...(upstreamMs > 0
      ? [{ name: 'UpstreamLatency', value: Math.round(upstreamMs), unit: 'Milliseconds' } as const]
      : []),
    ...(isRefused ? [{ name: 'CredentialsRefused', ...once }] : []),
  ];
}

export function tableFaultMetrics(fault: unknown): Metric[] {
  return fault === undefined ? [] : [{ name: 'TableFaults', ...once }];
}
