import middy from '@middy/core';
import type { RecordRefresh } from '../observability/refresh-line.ts';
import type { RecordSecret } from '../observability/secret-line.ts';
import { type Client, clientNamed, type KeepWarm, type Policy } from '../policy/policy.ts';
import { isScheduleEvent } from '../protocol/schedule-event.ts';
import type { RenewalRequest } from '../tokens/attempt.ts';
import { nothingKnown } from '../tokens/known.ts';
import type { Renew, RenewalResult } from '../tokens/renewal.ts';
import type { ReadSecretAge } from '../tokens/secret-age.ts';
import { remainingSeconds } from '../tokens/token.ts';
import { timeBudget } from '../values/time-budget.ts';

/** Connect has a limit of requests per second. */
const maxEntriesAtOnce = 4;
const maxSecretsAtOnce = 4;

/** Entries of keepWarm, by what became of them. */
export type RefreshCounts = { entries: number; fresh: number; renewed: number; failed: number };

type Outcome = Exclude<keyof RefreshCounts, 'entries'>;

export type RefreshDependencies = {
  policy: Policy;
  renew: Renew;
  recordRefresh: RecordRefresh;
  secretAge: ReadSecretAge;
  recordSecret: RecordSecret;
  now: () => number;
  monotonic: () => number;
};

type RefreshContext = { awsRequestId: string; getRemainingTimeInMillis: () => number };

/**
 * Keeps the tokens of the policy's `keepWarm` fresh, and records how old the secret of each client is. Returns how many
 * tokens were fresh, were renewed, or failed; the failure of one entry or secret does not stop the others. Rejects events
 * that the schedule did not send.
 */
export function createRefreshHandler(dependencies: RefreshDependencies) {
  const { policy, renew, recordRefresh, secretAge, recordSecret, now, monotonic } = dependencies;

  async function refreshAll(
    event: unknown,
    context: RefreshContext,
    { signal }: { signal: AbortSignal },
  ): Promise<RefreshCounts> {
    if (!isScheduleEvent(event)) throw new Error('This function answers its own schedule only');
    const deadline = monotonic() + context.getRemainingTimeInMillis() - timeBudget.refreshMarginMs;
    const counts: RefreshCounts = { entries: policy.keepWarm.length, fresh: 0, renewed: 0, failed: 0 };
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeBudget.secretAgesMs)]);
    await Promise.all([
      // Begun first, so that the mints find the secrets read.
      forEach(policy.clients, maxSecretsAtOnce, (client) => recordAge(client, within, context.awsRequestId)),
      forEach(policy.keepWarm, maxEntriesAtOnce, async (entry) => {
        counts[await refresh(entry, { signal, deadline }, context.awsRequestId)] += 1;
      }),
    ]);
    return counts;
  }

  async function recordAge(client: Client, signal: AbortSignal, functionRequestId: string): Promise<void> {
    const age = await secretAge(client, signal).catch((error: Error) => error);
    recordSecret(client.name, age, functionRequestId);
  }

  async function refresh(
    entry: KeepWarm,
    limit: Pick<RenewalRequest, 'signal' | 'deadline'>,
    functionRequestId: string,
  ): Promise<Outcome> {
    try {
      const result = await renew({ ...renewalOf(entry), ...limit });
      const outcome = outcomeOf(result);
      const remaining = result.kind === 'token' ? remainingSeconds(result.token, now()) : undefined;
      recordRefresh(entry, outcome, result, { remainingSeconds: remaining, functionRequestId });
      return outcome;
    } catch (error) {
      recordRefresh(entry, 'failed', error as Error, { functionRequestId });
      return 'failed';
    }
  }

  /** Nothing is remembered from the last run, and without jitter the schedule is the first to renew a token. */
  function renewalOf({
    client,
    scopes,
    retailerId,
    minTtlMs = 0,
  }: KeepWarm): Omit<RenewalRequest, 'signal' | 'deadline'> {
    return {
      mintRequest: {
        client: clientNamed(policy, client),
        grantType: 'client_credentials',
        scopes,
        retailerId,
        subject: { kind: 'application' },
      },
      wanted: { by: 'schedule', minTtlMs: 0, keptMs: minTtlMs, refusedSha256: undefined },
      known: nothingKnown(0),
    };
  }

  return middy<unknown, RefreshCounts, Error, RefreshContext>({
    timeoutEarlyInMillis: timeBudget.refreshMarginMs,
  }).handler(refreshAll);
}

/** A few at a time, in their order. */
async function forEach<T>(
  list: readonly T[],
  atOnce: number,
  task: (one: T) => Promise<void>,
): Promise<void> {
  const remaining = list.values();
  const workNext = async () => {
    for (const one of remaining) await task(one);
  };
  await Promise.all(Array.from({ length: atOnce }, workNext));
}

function outcomeOf(result: RenewalResult): Outcome {
  if (result.kind === 'none' || result.whyNotRenewed !== undefined) return 'failed';
  return result.minted === undefined ? 'fresh' : 'renewed';
}
