import type { MintResult, UpstreamResult } from '../tokens/mint.ts';
import type { RevocationResult } from '../tokens/revocation.ts';
import { reasonOfFailure, reasonOfRevocation } from './failure-reason.ts';
import { type Metric, once } from './metrics.ts';
import { secretAgeDays, secretAgeMetrics } from './secret-age.ts';

/** What a line says of the mint in it, in the audit line and the refresh line alike. */
export function mintFields(mint: MintResult | undefined): Record<string, unknown> {
  if (mint === undefined) return {};
  const { outcome } = mint;
  return {
    mint: outcome.kind === 'token' ? outcome.kind : reasonOfFailure(outcome),
    ...upstreamFields(mint),
    ...(outcome.kind !== 'token' && evidenceFields(mint)),
  };
}

/** What a line says of a revocation: how Connect took it, and whether the service held the token. */
export function revocationFields(revocation: RevocationResult | undefined): Record<string, unknown> {
  if (revocation === undefined) return {};
  const { upstream, table } = revocation;
  const { outcome } = upstream;
  return {
    revocation: outcome.kind === 'revoked' ? outcome.kind : reasonOfRevocation(outcome),
    given_up: table === 'given up',
    ...upstreamFields(upstream),
    ...(outcome.kind !== 'revoked' && evidenceFields(upstream)),
  };
}

function upstreamFields(result: UpstreamResult<unknown>): Record<string, unknown> {
  const { secretVersionId, secretAgeMs, refusedCredentials, attempts, upstreamMs, fault } = result;
  return {
    secret_version_id: secretVersionId,
    secret_age_days: secretAgeDays(secretAgeMs),
    refused_credentials: refusedCredentials,
    attempts,
    upstream_ms: Math.round(upstreamMs),
    ...(fault && { fault: fault.message }),
  };
}

/** What came back, so that a typo, a firewall, an expired certificate and an outage read differently. */
function evidenceFields({ evidence }: UpstreamResult<unknown>): Record<string, unknown> {
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
  const { outcome, upstreamMs, secretAgeMs } = mint;
  return [
    outcome.kind === 'token' ? { name: 'Mints', ...once } : { name: 'MintFailures', ...once, by: 'mint' },
    ...(upstreamMs > 0
      ? [{ name: 'UpstreamLatency', value: Math.round(upstreamMs), unit: 'Milliseconds' } as const]
      : []),
    ...refusalMetrics(mint),
    ...secretAgeMetrics(secretAgeMs),
  ];
}

export function revocationMetrics(revocation: RevocationResult | undefined): Metric[] {
  return revocation === undefined ? [] : refusalMetrics(revocation.upstream);
}

function refusalMetrics({ outcome, isCurrentBad }: UpstreamResult<{ kind: string }>): Metric[] {
  const isRefused = isCurrentBad || outcome.kind === 'query_params_forbidden';
  return isRefused ? [{ name: 'CredentialsRefused', ...once }] : [];
}

export function tableFaultMetrics(fault: unknown): Metric[] {
  return fault === undefined ? [] : [{ name: 'TableFaults', ...once }];
}
