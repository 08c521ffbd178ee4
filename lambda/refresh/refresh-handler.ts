import middy from '@middy/core';
import * as z from 'zod/mini';
import type { RecordRefresh } from '../observability/refresh-line.ts';
import { clientNamed, type KeepWarm, type Policy } from '../policy/policy.ts';
import type { Renew, RenewalRequest, RenewalResult } from '../tokens/renewal.ts';
import { phaseOf, remainingSeconds, type Token } from '../tokens/token.ts';

/** Entries looked after at once: Connect has a per-second limit. */
const atOnce = 4;
/** Before Lambda would end us. */
const margin = 2_000;

/** What the stack's schedule sends; anything else is a mistake. It catches mistakes, not whoever may invoke us. */
const scheduleEvent = z.object({
  source: z.literal('connect-token-vending.schedule'),
  schedule_arn: z.string().check(z.startsWith('arn:')),
  scheduled_time: z.string(),
  execution_id: z.string(),
});

/** Entries of keepWarm, by what became of them. */
export type RefreshCounts = { entries: number; fresh: number; renewed: number; failed: number };

export type RefreshDependencies = {
  policy: Policy;
  renew: Renew;
  recordRefresh: RecordRefresh;
  now: () => number;
};

/**
 * Keeps the tokens of the policy's `keepWarm` fresh. Returns how many were fresh, were renewed, or failed; one
 * entry's failure does the others no harm. Rejects what the schedule did not send.
 */
export function createRefreshHandler({ policy, renew, recordRefresh, now }: RefreshDependencies) {
  async function refreshAll(
    event: unknown,
    _context: unknown,
    { signal }: { signal: AbortSignal },
  ): Promise<RefreshCounts> {
    if (!scheduleEvent.safeParse(event).success)
      throw new Error('This function answers its own schedule only');
    const counts: RefreshCounts = { entries: policy.keepWarm.length, fresh: 0, renewed: 0, failed: 0 };
    const waiting = policy.keepWarm.values();
    const look = async () => {
      for (const entry of waiting) counts[await refresh(entry, signal)] += 1;
    };
    await Promise.all(Array.from({ length: atOnce }, look));
    return counts;
  }

  async function refresh(entry: KeepWarm, signal: AbortSignal): Promise<'fresh' | 'renewed' | 'failed'> {
    try {
      const result = await renew(renewalOf(entry), signal);
      const outcome = outcomeOf(result);
      const { shared } = result;
      const details = { remainingSeconds: shared && remainingSeconds(shared.token, now()) };
      recordRefresh(entry, outcome, result, details);
      return outcome;
    } catch (error) {
      recordRefresh(entry, 'failed', error as Error, {});
      return 'failed';
    }
  }

  function renewalOf({ client: name, scopes, retailerId }: KeepWarm): RenewalRequest {
    const client = clientNamed(policy, name);
    return {
      order: {
        client,
        grantType: 'client_credentials',
        scopes,
        retailerId,
        subject: { kind: 'application' },
      },
      effort: 'full',
      needsLease: true,
      refused: undefined,
      verdict: verdictOn,
    };
  }

  /** Without jitter: whoever comes first in the window is to be us. */
  function verdictOn(token: Token): 'vend' | 'mint' | number {
    const phase = phaseOf(token, { now: now(), minTtl: 0, jitter: 0 });
    if (phase === 'fresh') return 'vend';
    return token.broughtBack && phase === 'short' ? token.expiresAt - now() : 'mint';
  }

  function outcomeOf({ mint, failure, shared }: RenewalResult): 'fresh' | 'renewed' | 'failed' {
    if (failure !== undefined || shared === undefined || verdictOn(shared.token) === 'mint') return 'failed';
    return mint === undefined ? 'fresh' : 'renewed';
  }

  return middy<unknown, RefreshCounts>({ timeoutEarlyInMillis: margin }).handler(refreshAll);
}
