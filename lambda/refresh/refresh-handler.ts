import middy from '@middy/core';
import type { RecordRefresh } from '../observability/refresh-line.ts';
import { clientNamed, type KeepWarm, type Policy } from '../policy/policy.ts';
import { isScheduleEvent } from '../protocol/schedule-event.ts';
import type { RenewalRequest } from '../tokens/attempt.ts';
import { nothingKnown } from '../tokens/known.ts';
import type { Renew, RenewalResult } from '../tokens/renewal.ts';
import { remainingSeconds } from '../tokens/token.ts';
import { timeBudget } from '../values/time-budget.ts';

/** Connect has a limit of requests per second. */
const maxEntriesAtOnce = 4;

/** Entries of keepWarm, by what became of them. */
export type RefreshCounts = { entries: number; fresh: number; renewed: number; failed: number };

type Outcome = Exclude<keyof RefreshCounts, 'entries'>;

export type RefreshDependencies = {
  policy: Policy;
  renew: Renew;
  recordRefresh: RecordRefresh;
  now: () => number;
  monotonic: () => number;
};

type RefreshContext = { awsRequestId: string; getRemainingTimeInMillis: () => number };

/**
 * Keeps the tokens of the policy's `keepWarm` fresh. Returns how many were fresh, were renewed, or failed; the failure of
 * one entry does not stop the others. Rejects events that the schedule did not send.
 */
export function createRefreshHandler({ policy, renew, recordRefresh, now, monotonic }: RefreshDependencies) {
  async function refreshAll(
    event: unknown,
    context: RefreshContext,
    { signal }: { signal: AbortSignal },
  ): Promise<RefreshCounts> {
    if (!isScheduleEvent(event)) throw new Error('This function answers its own schedule only');
    const deadline = monotonic() + context.getRemainingTimeInMillis() - timeBudget.refreshMarginMs;
    const counts: RefreshCounts = { entries: policy.keepWarm.length, fresh: 0, renewed: 0, failed: 0 };
    const entries = policy.keepWarm.values();
    const refreshNext = async () => {
      for (const entry of entries)
        counts[await refresh(entry, { signal, deadline }, context.awsRequestId)] += 1;
    };
    await Promise.all(Array.from({ length: maxEntriesAtOnce }, refreshNext));
    return counts;
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
  function renewalOf({ client, scopes, retailerId }: KeepWarm): Omit<RenewalRequest, 'signal' | 'deadline'> {
    return {
      mintRequest: {
        client: clientNamed(policy, client),
        grantType: 'client_credentials',
        scopes,
        retailerId,
        subject: { kind: 'application' },
      },
      wanted: { by: 'schedule', minTtlMs: 0, refusedSha256: undefined },
      known: nothingKnown(0),
    };
  }

  return middy<unknown, RefreshCounts, Error, RefreshContext>({
    timeoutEarlyInMillis: timeBudget.refreshMarginMs,
  }).handler(refreshAll);
}

function outcomeOf(result: RenewalResult): Outcome {
  if (result.kind === 'none' || result.whyNotRenewed !== undefined) return 'failed';
  return result.minted === undefined ? 'fresh' : 'renewed';
}
