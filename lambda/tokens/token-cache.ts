import type { RenewalDependencies } from './attempt.ts';
import { cacheKey, circuitKey } from './cache-key.ts';
import { nothingKnown } from './known.ts';
import type { MintResult } from './mint.ts';
import type { MintRequest } from './mint-request.ts';
import { type Final, type Known, type NoToken, type Progress, plan, type Wanted } from './plan.ts';
import type { Renew, RenewalResult } from './renewal.ts';
import type { Token } from './token.ts';
import { createTokenMemory, type TokenMemory } from './token-memory.ts';

/** Where a token came from: `collapsed` waited for another request of this instance, `bypass` is never cached. */
export type CacheStatus = 'memory' | 'table' | 'mint' | 'collapsed' | 'bypass';

/** `minted` is set for the request that minted, whether or not it was vended what it minted. */
export type VendResult = (
  | { kind: 'token'; token: Token; cacheStatus: CacheStatus }
  | { kind: 'none'; why: NoToken; retryAfterMs: number | undefined }
) & { minted: MintResult | undefined; tableFault: string | undefined };

export type VendRequest = {
  mintRequest: MintRequest;
  minTtlMs: number;
  /** SHA-256 of a token that Connect refused, as the caller says. */
  refusedSha256: string | undefined;
  /** When the response is due, on the monotonic clock. */
  deadline: number;
  signal: AbortSignal;
};

export type VendToken = (request: VendRequest) => Promise<VendResult>;

export type TokenCacheDependencies = Pick<
  RenewalDependencies,
  'circuits' | 'now' | 'monotonic' | 'random'
> & {
  renew: Renew;
  memory?: TokenMemory;
};

/** What a request has done that has asked memory only; the same after it waited for another's renewal, or has no time. */
const atStart: Progress = {
  table: 'open',
  hasLooked: false,
  hasClaimed: false,
  isProbe: false,
  mints: 0,
  isOutOfTime: false,
};
const afterJoining: Progress = { ...atStart, hasLooked: true };
const rightNow: Progress = { ...atStart, isOutOfTime: true };

/**
 * Vends from memory, or renews: one renewal at a time for each token, however many requests need it. The caller must
 * have been authorised before.
 */
export function createTokenCache(dependencies: TokenCacheDependencies): VendToken {
  const { renew, circuits, now, monotonic, random, memory = createTokenMemory() } = dependencies;
  const renewals = new Map<string, Promise<RenewalResult>>();

  return async function vendCached(request) {
    const key = cacheKey(request.mintRequest);
    const known = knownOf(key);
    const first = decideFromMemory(request, known);
    if (first !== undefined) return resultOf(first, 'memory');
    for (let renewal = renewals.get(key); renewal !== undefined; renewal = renewals.get(key)) {
      // Only a request that no live token serves, or whose token Connect refused, waits for the renewal.
      const live =
        request.refusedSha256 === undefined ? decideFromMemory(request, known, rightNow) : undefined;
      if (live?.kind === 'serve') return resultOf(live, 'memory');
      const joined = await Promise.race([renewal, abortOf(request.signal)]);
      const then = decideFromMemory(request, known, afterJoining);
      if (then !== undefined)
        return joined?.kind === 'none' && then.kind === 'refuse'
          ? sameAs(joined)
          : resultOf(then, 'collapsed');
    }
    return startRenewal(key, request, known);
  };

  function knownOf(key: string): Known {
    const known = memory.get(key);
    if (known !== undefined) return known;
    const unknown = nothingKnown(random());
    memory.set(key, unknown);
    return unknown;
  }

  /** What memory alone decides; undefined where the table or Connect must be asked. */
  function decideFromMemory(
    request: VendRequest,
    known: Known,
    progress: Progress = atStart,
  ): Final | undefined {
    const circuit = circuits.get(circuitKey(request.mintRequest.client))?.lease;
    const hasTime = !request.signal.aborted && monotonic() < request.deadline;
    const action = plan(known, circuit, wantedBy(request), hasTime ? progress : rightNow, now());
    return action.kind === 'serve' || action.kind === 'refuse' ? action : undefined;
  }

  async function startRenewal(key: string, request: VendRequest, known: Known): Promise<VendResult> {
    const { mintRequest, deadline, signal } = request;
    const renewal = renew({ mintRequest, wanted: wantedBy(request), known, deadline, signal });
    const end = () => renewals.get(key) === renewal && renewals.delete(key);
    renewals.set(key, renewal);
    // Nobody is to join a renewal that was given up.
    signal.addEventListener('abort', end);
    const result = await renewal.finally(end);
    return result.kind === 'token' ? { ...result, cacheStatus: result.source } : result;
  }
}

function wantedBy({ minTtlMs, refusedSha256 }: VendRequest): Wanted {
  return { by: 'caller', minTtlMs, keptMs: 0, refusedSha256 };
}

function resultOf(action: Final, cacheStatus: CacheStatus): VendResult {
  const record = { minted: undefined, tableFault: undefined };
  if (action.kind === 'serve') return { kind: 'token', token: action.token, cacheStatus, ...record };
  return { kind: 'none', why: action.why, retryAfterMs: action.retryAfterMs, ...record };
}

/** The answer of the request that minted, but not its mint, which is to be counted once. */
function sameAs({ why, retryAfterMs }: RenewalResult & { kind: 'none' }): VendResult {
  return { kind: 'none', why, retryAfterMs, minted: undefined, tableFault: undefined };
}

function abortOf(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
