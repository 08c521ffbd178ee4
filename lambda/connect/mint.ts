import { type CredentialsStore, SecretsUnavailable, SecretUnusable } from './client-credentials.ts';
import { createRequestToken, type Order } from './token-endpoint.ts';
import type { ConnectAnswer } from './token-response.ts';

const mintTimeout = 10_000;
const attempts = 4;

/** Connect's answer once our credentials are settled, or why there were none to send. */
export type MintOutcome =
  | Exclude<ConnectAnswer, { kind: 'invalid_client' }>
  | { kind: 'credentials_refused' | 'misconfigured' | 'secrets_unavailable' };

/** One mint, told for the audit line and the metrics. */
export type MintResult = {
  outcome: MintOutcome;
  /** Version of the secret that was sent last; undefined where none was. */
  secretVersionId: string | undefined;
  /** Pairs that Connect refused, whether or not a later one was taken. */
  refusedCredentials: number;
  /** The secret's current pair is among them: for the alarm. A pair that was replaced meanwhile is not. */
  currentRefused: boolean;
  /** Milliseconds spent on Connect, retries and their pauses included. */
  upstreamMs: number;
  /** For the log: what AWS or the secret's parser had to say. */
  fault: Error | undefined;
};

/** How hard to try: a full mint, or the one short attempt that renews a token which is still alive. */
export type Effort = 'full' | 'brief';

export type Mint = (order: Order, effort: Effort, signal: AbortSignal) => Promise<MintResult>;

export type MintDependencies = { store: CredentialsStore; now: () => number; monotonic: () => number };

/** Gets a new token from Connect: within 10 s, or 2 s for a brief effort. Never throws for what AWS or Connect do. */
export function createMint({ store, now, monotonic }: MintDependencies): Mint {
  const requestToken = createRequestToken({ now, monotonic });

  return async function mint(order, effort, signal) {
    const patience = effort === 'full' ? { attempts, ms: mintTimeout } : { attempts: 1, ms: 2_000 };
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
    const { secretId } = order.client;
    try {
      for await (const credentials of store.candidates(secretId, within)) {
        result.secretVersionId = credentials.versionId;
        const startedAt = monotonic();
        const answer = await requestToken(order, credentials, {
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
