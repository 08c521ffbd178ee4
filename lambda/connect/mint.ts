import type { Mint, MintMode } from '../tokens/mint.ts';
import { timeBudget } from '../values/time-budget.ts';
import { type PairDependencies, withEachPair } from './each-pair.ts';
import { createRequestToken } from './token-endpoint.ts';

/** How long a mint may take, and how many requests it may send for each pair of credentials. */
const limits: Record<MintMode, { ms: number; attempts: number }> = {
  onDemand: { ms: timeBudget.mintMs, attempts: 4 },
  ahead: { ms: timeBudget.aheadMintMs, attempts: 1 },
  scheduled: { ms: timeBudget.scheduledMintMs, attempts: 4 },
};

export type MintDependencies = PairDependencies;

/** Gets a new token from Connect: with the current pair of credentials, or the previous one where Connect refuses that. */
export function createMint({ store, now, monotonic }: MintDependencies): Mint {
  const requestToken = createRequestToken({ now, monotonic });

  return function mint(request, mode, signal) {
    const { attempts: maxAttempts } = limits[mode];
    // A code has one attempt, which may take as long as its caller waits.
    const ms = request.subject.kind === 'code' ? timeBudget.answerDeadlineMs : limits[mode].ms;
    const endsAt = monotonic() + ms;
    const within = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
    const { secretId } = request.client;
    return withEachPair(
      { store, now, monotonic },
      secretId,
      within,
      async (credentials) => {
        const limit = { signal: within, endsAt, maxAttempts };
        const { response, attempts } = await requestToken(request, credentials, limit);
        const { evidence, ...outcome } = response;
        if (outcome.kind === 'token') store.remember(secretId, credentials);
        return { outcome, evidence, attempts };
      },
      () => true,
    );
  };
}
