import type { Mint, MintMode, MintResult } from '../tokens/mint.ts';
import { timeBudget } from '../values/time-budget.ts';
import { type ClientCredentialsStore, SecretsUnavailable, SecretUnusable } from './client-credentials.ts';
import { createRequestToken } from './token-endpoint.ts';

/** How long a mint may take, and how many requests it may send for each pair of credentials. */
const limits: Record<MintMode, { ms: number; attempts: number }> = {
  onDemand: { ms: timeBudget.mintMs, attempts: 4 },
  ahead: { ms: timeBudget.aheadMintMs, attempts: 1 },
  scheduled: { ms: timeBudget.scheduledMintMs, attempts: 4 },
};

export type MintDependencies = { store: ClientCredentialsStore; now: () => number; monotonic: () => number };

/** Gets a new token from Connect: with the current pair of credentials, or the previous one where Connect refuses that. */
export function createMint({ store, now, monotonic }: MintDependencies): Mint {
  const requestToken = createRequestToken({ now, monotonic });

  return async function mint(request, mode, signal) {
    const { attempts } = limits[mode];
    // A code has one attempt, which may take as long as its caller waits.
    const ms = request.subject.kind === 'code' ? timeBudget.answerDeadlineMs : limits[mode].ms;
    const endsAt = monotonic() + ms;
    const within = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
    const result: MintResult = {
      outcome: { kind: 'credentials_refused' },
      secretVersionId: undefined,
      refusedCredentials: 0,
      currentRefused: false,
      upstreamMs: 0,
      fault: undefined,
    };
    const { secretId } = request.client;
    try {
      for await (const credentials of store.candidates(secretId, within)) {
        result.secretVersionId = credentials.versionId;
        const startedAt = monotonic();
        const answer = await requestToken(request, credentials, {
          signal: within,
          endsAt,
          attempts,
        });
        result.upstreamMs += monotonic() - startedAt;
        if (answer.kind !== 'invalid_client') {
          if (answer.kind === 'token') store.remember(secretId, credentials);
          const currentRefused = result.refusedCredentials > 0 && credentials.stage === 'AWSPREVIOUS';
          return { ...result, currentRefused, outcome: answer };
        }
        result.refusedCredentials += 1;
      }
      return { ...result, currentRefused: true };
    } catch (error) {
      return { ...result, ...asOutcome(error) };
    }
  };
}

function asOutcome(error: unknown): Pick<MintResult, 'outcome' | 'fault'> {
  if (error instanceof SecretUnusable) return { outcome: { kind: 'misconfigured' }, fault: error };
  if (error instanceof SecretsUnavailable) return { outcome: { kind: 'secrets_unavailable' }, fault: error };
  throw error;
}
