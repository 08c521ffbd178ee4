import type { Mint, MintResult } from '../tokens/mint.ts';
import { type ClientCredentialsStore, SecretsUnavailable, SecretUnusable } from './client-credentials.ts';
import { createRequestToken } from './token-endpoint.ts';

const mintTimeout = 10_000;
const attempts = 4;

export type MintDependencies = { store: ClientCredentialsStore; now: () => number; monotonic: () => number };

/** Gets a new token from Connect: within 10 s, or 2 s for a brief mode. Never throws for what AWS or Connect do. */
export function createMint({ store, now, monotonic }: MintDependencies): Mint {
  const requestToken = createRequestToken({ now, monotonic });

  return async function mint(request, mode, signal) {
    const patience = mode === 'full' ? { attempts, ms: mintTimeout } : { attempts: 1, ms: 2_000 };
    const endsAt = monotonic() + patience.ms;
    const within = AbortSignal.any([signal, AbortSignal.timeout(patience.ms)]);
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
          attempts: patience.attempts,
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
