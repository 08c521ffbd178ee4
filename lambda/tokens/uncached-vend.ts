import QuickLRU from 'quick-lru';
import { timeBudget } from '../values/time-budget.ts';
import { circuitOf, type RenewalDependencies } from './attempt.ts';
import { boundTable } from './bounded-table.ts';
import { cacheKey, codeKey } from './cache-key.ts';
import { endedLease, type Lease, pauseAfter, remainingMs, retryAfterMsOf, scopeOfFailure } from './lease.ts';
import { deadOnArrival, type Failure, type MintOutcome, type MintResult } from './mint.ts';
import type { MintRequest } from './mint-request.ts';
import type { NoToken } from './plan.ts';
import { isExpired, longestMinTtlMs, suffices } from './token.ts';
import type { VendResult, VendToken } from './token-cache.ts';

/** A code that went up is remembered for longer than Connect would take it. */
const codeRememberedMs = 600_000;
/** What it takes to tell the table and the caller how a mint ended. */
const endEarlierMs = 500;
/** The revision of a code's row after an attempt that Connect never carried out. */
const unused = 'unused';
const leavesCodeUnused: ReadonlySet<MintOutcome['kind']> = new Set([
  'unavailable',
  'secrets_unavailable',
  'misconfigured',
  'credentials_refused',
]);

/**
 * Mints for authorization_code and retailer-json-bearer, whose tokens are never cached: only Connect can tell, each time
 * anew, who may have one. A failure holds back this instance; the table hears nothing of it.
 */
export function createUncachedVend(dependencies: RenewalDependencies): VendToken {
  const { mint, prepare, newRevision, now, monotonic } = dependencies;
  /** By assertion. Codes need no pause of their own. */
  const pauses = new QuickLRU<string, Lease>({ maxSize: 1_000 });

  return async function vendUncached({ mintRequest, minTtlMs, deadline, signal }) {
    // With no time left nothing is begun, so that a one-time code stays unused.
    const leftMs = Math.floor(Math.min(deadline - monotonic(), timeBudget.answerDeadlineMs) - endEarlierMs);
    if (leftMs <= 0) return none({ kind: 'out_of_time' });
    const heldBack = leasesOf(mintRequest).find((lease) => remainingMs(lease, now()) > 0);
    if (heldBack !== undefined) {
      const why: NoToken = { kind: 'back_off', cause: heldBack.cause ?? 'unavailable' };
      return none(why, remainingMs(heldBack, now()));
    }
    prepare(mintRequest);
    const code =
      mintRequest.subject.kind === 'code' ? onceOnly(codeKey(mintRequest.subject.code)) : undefined;
    if ((await code?.use()) === 'lost') return none({ kind: 'invalid_grant' });
    // A code that got no answer is told of as such, and not as a request that ran out of time.
    const within = AbortSignal.any([signal, AbortSignal.timeout(leftMs)]);
    const minted = await mint(mintRequest, 'onDemand', within);
    if (leavesCodeUnused.has(minted.outcome.kind)) await code?.giveBack();
    return { ...settle(mintRequest, minTtlMs, minted, within), minted, tableFault: code?.fault() };
  };

  /**
   * A code goes up once, whoever sends it how often: Connect would revoke the token of its first use. Without the table the
   * code goes up all the same.
   */
  function onceOnly(key: string) {
    const table = boundTable(dependencies);
    const revision = newRevision();
    const row = () => {
      const lease = { ...endedLease(undefined, now()), until: now() + codeRememberedMs };
      return { token: undefined, lease, forced: undefined };
    };
    return {
      use: () => table.replace(key, row(), { next: revision, expected: [undefined, unused] }),
      giveBack: () => {
        table.reopen();
        return table.replace(key, row(), { next: unused, expected: [revision] });
      },
      fault: table.fault,
    };
  }

  function settle(
    request: MintRequest,
    minTtlMs: number,
    { outcome }: MintResult,
    signal: AbortSignal,
  ): VendResult {
    if (outcome.kind !== 'token') {
      if (!signal.aborted) recordFailure(request, outcome);
      return none(outcome, retryAfterMsOf(outcome));
    }
    circuitOf(request, dependencies).known.lease = undefined;
    const { token } = outcome;
    // A code is used up, and brought a token that had expired on arrival.
    if (request.subject.kind === 'code' && isExpired(token, now())) return none({ kind: 'outcome_unknown' });
    // A code is used up: its token is all that it will ever bring.
    if (request.subject.kind === 'code' || suffices(token, minTtlMs, now()))
      return { kind: 'token', token, cacheStatus: 'bypass', minted: undefined, tableFault: undefined };
    const longestMs = longestMinTtlMs(token);
    if (minTtlMs > longestMs) return none({ kind: 'min_ttl_too_long', longestMs });
    pauseAssertion(request, deadOnArrival);
    return none(deadOnArrival);
  }

  function leasesOf(request: MintRequest): Lease[] {
    const circuit = circuitOf(request, dependencies).known.lease;
    // Another instance's probe may be over: nothing here would hear of it.
    const leases = [circuit?.isRunning === true ? undefined : circuit, pauses.get(cacheKey(request))];
    return leases.filter((lease) => lease !== undefined);
  }

  function recordFailure(request: MintRequest, failure: Failure): void {
    const { known } = circuitOf(request, dependencies);
    if (scopeOfFailure(failure) === 'token') {
      pauseAssertion(request, failure);
      known.lease = undefined;
    } else {
      // To other requests, a code whose fate is unknown says that Connect is unavailable.
      const cause = failure.kind === 'outcome_unknown' ? 'unavailable' : failure.kind;
      known.lease = { ...pauseAfter(known.lease, failure, now()), cause };
    }
  }

  function pauseAssertion(request: MintRequest, failure: Failure): void {
    const key = cacheKey(request);
    if (request.subject.kind === 'opaque') pauses.set(key, pauseAfter(pauses.get(key), failure, now()));
  }
}

function none(why: NoToken, retryAfterMs?: number): VendResult {
  return { kind: 'none', why, retryAfterMs, minted: undefined, tableFault: undefined };
}
