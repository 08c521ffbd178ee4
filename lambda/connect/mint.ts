import type { Mint, MintMode, MintResult } from '../tokens/mint.ts';
import { timeBudget } from '../values/time-budget.ts';
import {
  ageMs,
  type ClientCredentialsStore,
  SecretsUnavailable,
  SecretUnusable,
} from './client-credentials.ts';
import { createRequestToken } from './token-endpoint.ts';

/** How long a mint may take, and how many requests it may send for each pair of credentials. */
const limits: Record<MintMode, { ms: number; attempts: number }> = {
  onDemand: { ms: timeBudget.mintMs, attempts: 4 },
  ahead: { ms: timeBudget.aheadMintMs, attempts: 1 },
  scheduled: { ms: timeBudget.scheduledMintMs, attempts: 4 },
};

export type MintDependencies = {
  store: Pick<ClientCredentialsStore, 'candidates' | 'remember'>;
  now: () => number;
  monotonic: () => number;
};

/** Gets a new token from Connect: with the current pair of credentials, or the previous one where Connect refuses that. */
export function createMint({ store, now, monotonic }: MintDependencies): Mint {
  const requestToken = createRequestToken({ now, monotonic });

  return async function mint(request, mode, signal) {
    const { attempts } = limits[mode];
    // A code has one attempt, which may take as long as its caller waits.
    const ms = request.subject.kind === 'code' ? timeBudget.answerDeadlineMs : limits[mode].ms;
    const endsAt = monotonic() + ms;
    const within = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
    const { secretId } = request.client;
    const result: MintResult = { ...nothingSent };
    try {
      for await (const { credentials, currentFault } of store.candidates(secretId, within)) {
        result.secretVersionId = credentials.versionId;
        if (credentials.stage === 'AWSCURRENT') result.secretAgeMs = ageMs(credentials.createdAt, now());
        if (currentFault !== undefined) result.fault = new SecretUnusable(`AWSCURRENT: ${currentFault}`);
        const startedAt = monotonic();
        const limit = { signal: within, endsAt, maxAttempts: attempts };
        const { response, attempts: sent } = await requestToken(request, credentials, limit);
        result.upstreamMs += monotonic() - startedAt;
        result.attempts += sent;
        const { evidence, ...outcome } = response;
        result.evidence = evidence;
        if (outcome.kind !== 'invalid_client') {
          if (outcome.kind === 'token') store.remember(secretId, credentials);
          const isCurrentBad = result.refusedCredentials > 0 || currentFault !== undefined;
          return { ...result, outcome, isCurrentBad: isCurrentBad && credentials.stage === 'AWSPREVIOUS' };
        }
        result.refusedCredentials += 1;
      }
      return { ...result, isCurrentBad: true };
    } catch (error) {
      return { ...result, ...asOutcome(error) };
    }
  };
}

const nothingSent: MintResult = {
  outcome: { kind: 'credentials_refused' },
  secretVersionId: undefined,
  secretAgeMs: undefined,
  refusedCredentials: 0,
  isCurrentBad: false,
  attempts: 0,
  evidence: undefined,
  upstreamMs: 0,
  fault: undefined,
};

function asOutcome(error: unknown): Pick<MintResult, 'outcome' | 'fault'> {
  if (error instanceof SecretUnusable) return { outcome: { kind: 'misconfigured' }, fault: error };
  if (error instanceof SecretsUnavailable) return { outcome: { kind: 'secrets_unavailable' }, fault: error };
  throw error;
}
