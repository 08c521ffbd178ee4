import QuickLRU from 'quick-lru';
import type { Circuit } from './attempt.ts';
import { cacheKey, circuitKey } from './cache-key.ts';
import { endedLease, type Lease, pauseAfter, remainingMs, retryAfterMsOf, scopeOfFailure } from './lease.ts';
import type { Failure, Mint } from './mint.ts';
import type { MintRequest } from './mint-request.ts';
import { suffices } from './token.ts';
import type { VendResult, VendToken } from './token-cache.ts';

export type UncachedMintDependencies = {
  mint: Mint;
  circuits: Map<string, Circuit>;
  now: () => number;
  monotonic: () => number;
};

/**
 * Mints for authorization_code and retailer-json-bearer, whose tokens are never cached: only Connect can tell, each time
 * anew, who may have one. A failure holds back this instance; the table hears nothing of it.
 */
export function createUncachedMint({ mint, circuits, now, monotonic }: UncachedMintDependencies): VendToken {
  /** Of assertions: a code is never sent twice. */
  const pauses = new QuickLRU<string, Lease>({ maxSize: 1_000 });

  return async function vendUncached({ mintRequest, minTtlMs, deadline, signal }) {
    // With no time left nothing is begun, so that a one-time code stays unused.
    if (monotonic() >= deadline) return none({ why: { kind: 'out_of_time' }, retryAfterMs: undefined });
    const heldBack = leasesOf(mintRequest).find((lease) => remainingMs(lease, now()) > 0);
    if (heldBack !== undefined) {
      const why = { kind: 'back_off', cause: heldBack.cause ?? 'unavailable' } as const;
      return none({ why, retryAfterMs: remainingMs(heldBack, now()) });
    }
    const minted = await mint(mintRequest, 'onDemand', signal);
    const { outcome } = minted;
    if (outcome.kind !== 'token') {
      if (!signal.aborted) recordFailure(mintRequest, outcome);
      return none({ why: outcome, retryAfterMs: retryAfterMsOf(outcome), minted });
    }
    setCircuit(mintRequest, endedLease(undefined, now()));
    const { token } = outcome;
    // A code is used up: its token is all that it will ever bring.
    if (mintRequest.subject.kind === 'code' || suffices(token, minTtlMs, now()))
      return { kind: 'token', token, cacheStatus: 'bypass', minted, tableFault: undefined };
    pauseAssertion(mintRequest, { kind: 'unavailable', retryAfterMs: undefined, isAnswered: true });
    return none({ why: { kind: 'min_ttl' }, retryAfterMs: token.expiresAt - now(), minted });
  };

  function leasesOf(request: MintRequest): Lease[] {
    const circuit = circuits.get(circuitKey(request.client))?.lease;
    // Another instance's probe may be over: nothing here would hear of it.
    const leases = [circuit?.isRunning === true ? undefined : circuit, pauses.get(cacheKey(request))];
    return leases.filter((lease) => lease !== undefined);
  }

  function recordFailure(request: MintRequest, failure: Failure): void {
    if (scopeOfFailure(failure) === 'token') {
      pauseAssertion(request, failure);
      setCircuit(request, endedLease(undefined, now()));
    } else {
      // To other requests, a code whose fate is unknown says that Connect is unavailable.
      const { lease } = circuits.get(circuitKey(request.client)) ?? {};
      const cause = failure.kind === 'outcome_unknown' ? 'unavailable' : failure.kind;
      setCircuit(request, { ...pauseAfter(lease, failure, now()), cause });
    }
  }

  function pauseAssertion(request: MintRequest, failure: Failure): void {
    const key = cacheKey(request);
    if (request.subject.kind === 'opaque') pauses.set(key, pauseAfter(pauses.get(key), failure, now()));
  }

  function setCircuit({ client }: MintRequest, lease: Lease): void {
    const key = circuitKey(client);
    circuits.set(key, { lease, revision: circuits.get(key)?.revision });
  }
}

function none(
  result: Omit<VendResult & { kind: 'none' }, 'kind' | 'minted' | 'tableFault'> &
    Pick<Partial<VendResult>, 'minted'>,
): VendResult {
  return { kind: 'none', minted: undefined, tableFault: undefined, ...result };
}
