import type { UpstreamEvidence, UpstreamResult } from '../tokens/mint.ts';
import {
  ageMs,
  type ClientCredentials,
  type ClientCredentialsStore,
  SecretsUnavailable,
  SecretUnusable,
} from './client-credentials.ts';

/** What Connect said to one pair. `invalid_client`: it refused the pair. `attempts`: requests that were sent. */
export type Said<Outcome> = {
  outcome: Outcome | { kind: 'invalid_client' };
  evidence: UpstreamEvidence;
  attempts: number;
};

type Failed = { kind: 'credentials_refused' | 'misconfigured' | 'secrets_unavailable' };

export type PairDependencies = {
  store: Pick<ClientCredentialsStore, 'candidates' | 'remember'>;
  now: () => number;
  monotonic: () => number;
};

/**
 * Sends a request with one pair of a client's credentials after the other, until Connect takes one and `isFinal` is true of
 * what it says. The last outcome that is no refusal of the pair counts.
 */
export async function withEachPair<Outcome extends { kind: string }>(
  { store, now, monotonic }: PairDependencies,
  secretId: string,
  signal: AbortSignal,
  send: (credentials: ClientCredentials) => Promise<Said<Outcome>>,
  isFinal: (outcome: Outcome) => boolean,
): Promise<UpstreamResult<Outcome | Failed>> {
  const result: UpstreamResult<Outcome | Failed> = { ...nothingSent };
  try {
    for await (const { credentials, currentFault } of store.candidates(secretId, signal)) {
      result.secretVersionId = credentials.versionId;
      if (credentials.stage === 'AWSCURRENT') result.secretAgeMs = ageMs(credentials.createdAt, now());
      if (currentFault !== undefined) result.fault = new SecretUnusable(`AWSCURRENT: ${currentFault}`);
      const isCurrentBad = result.refusedCredentials > 0 || currentFault !== undefined;
      result.isCurrentBad = isCurrentBad && credentials.stage === 'AWSPREVIOUS';
      const startedAt = monotonic();
      const { outcome, evidence, attempts } = await send(credentials);
      result.upstreamMs += monotonic() - startedAt;
      result.attempts += attempts;
      result.evidence = evidence;
      if (isRefusedPair(outcome)) {
        result.refusedCredentials += 1;
        continue;
      }
      result.outcome = outcome;
      if (isFinal(outcome)) return result;
    }
    return result.outcome.kind === 'credentials_refused' ? { ...result, isCurrentBad: true } : result;
  } catch (error) {
    return { ...result, ...asOutcome(error) };
  }
}

const nothingSent = {
  outcome: { kind: 'credentials_refused' },
  secretVersionId: undefined,
  secretAgeMs: undefined,
  refusedCredentials: 0,
  isCurrentBad: false,
  attempts: 0,
  evidence: undefined,
  upstreamMs: 0,
  fault: undefined,
} satisfies UpstreamResult<Failed>;

function isRefusedPair(outcome: { kind: string }): outcome is { kind: 'invalid_client' } {
  return outcome.kind === 'invalid_client';
}

function asOutcome(error: unknown): { outcome: Failed; fault: Error } {
  if (error instanceof SecretUnusable) return { outcome: { kind: 'misconfigured' }, fault: error };
  if (error instanceof SecretsUnavailable) return { outcome: { kind: 'secrets_unavailable' }, fault: error };
  throw error;
}
