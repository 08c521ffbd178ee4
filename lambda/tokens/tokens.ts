import QuickLRU from 'quick-lru';
import {
  type BackOff,
  clientKey,
  consequenceOf,
  type Failure,
  isHold,
  retryAfterOf,
  unavailable,
} from './back-off.ts';
import type { Mint, MintResult } from './mint.ts';
import type { MintRequest } from './mint-request.ts';
import type { Renew, RenewalRequest, RenewalResult } from './renewal.ts';
import { createSingleFlight } from './single-flight.ts';
import { floor, identityOf, isShared, phaseOf, type Token, tokenName } from './token.ts';
import type { Forced, SharedToken } from './token-table.ts';

/** A token that is otherwise fresh is renewed this often at most, whether for `min_ttl` or because Connect refused it. */
const renewalSpacing = 60_000;
/** A token that another instance has renewed is seen within a minute. */
const recheckAfter = 55_000;
/** In the window, after a renewal that failed, or that another instance is about: how long until the next attempt. */
const renewAgainAfter = 3_000;

/** Where a token came from: `collapsed` waited for another request of this instance, `bypass` is never cached. */
export type CacheStatus = 'memory' | 'table' | 'mint' | 'collapsed' | 'bypass';

/** Durations in milliseconds. `short`: no token with as much life as was asked for is to be had before then. */
type VendOutcome =
  | { kind: 'token'; token: Token; level: CacheStatus }
  | { kind: 'failed'; failure: Failure; retryAfter: number | undefined }
  | { kind: 'short'; retryAfter: number };

/** `mint` is set for the request that minted, whether or not it was vended what it minted. */
export type VendResult = VendOutcome & { mint?: MintResult; tableFault?: Error };

export type VendRequest = {
  order: MintRequest;
  /** Milliseconds. */
  minTtl: number;
  /** SHA-256 of a token that Connect refused, as the caller says. */
  refused: string | undefined;
  signal: AbortSignal;
};

export type TokensDependencies = {
  renew: Renew;
  /** For tokens that are never cached. */
  mint: Mint;
  backOff: BackOff;
  now: () => number;
  /** From 0 to 1. */
  random: () => number;
  /** Tokens in memory, at times twice as many; the least recently used are evicted. */
  most?: number;
};

type Held = SharedToken & { jitter: number; checkedAt: number; renewAt: number; forced: Forced | undefined };

/**
 * Vends from memory, and sends for what memory cannot give: once, however many wait for it. The caller must have
 * been authorised before.
 */
export function createTokens({
  renew,
  mint,
  backOff,
  now,
  random,
  most = 1_000,
}: TokensDependencies): (request: VendRequest) => Promise<VendResult> {
  const memory = new QuickLRU<string, Held>({ maxSize: most });
  const renewals = createSingleFlight<RenewalResult>();

  return async function vendToken(request) {
    if (!isShared(request.order)) return mintUncached(request);
    const key = tokenName(identityOf(request.order));
    const held = memory.get(key);
    if (held === undefined || request.refused !== undefined) return sendAndRenew(request, key);
    const phase = phaseOf(held.token, { now: now(), minTtl: request.minTtl, jitter: held.jitter });
    if (phase === 'short' || phase === 'dead') return sendAndRenew(request, key);
    if (mayRenew(key, held)) return renewOnTheWay(request, key, held);
    if (isDue(held.checkedAt, recheckAfter) && !renewals.has(key)) {
      // Whoever else comes by meanwhile need not wait for the table.
      held.checkedAt = now();
      return sendAndRenew(request, key);
    }
    return { kind: 'token', token: held.token, level: 'memory' };
  };

  /** In the window, and nobody in this instance is about it, or was a moment ago. */
  function mayRenew(key: string, { token, jitter, renewAt }: Held): boolean {
    const isAgeing = phaseOf(token, { now: now(), minTtl: 0, jitter }) === 'ageing';
    return isAgeing && isDue(renewAt, 0) && !renewals.has(key);
  }

  /** What the table has may be in its window: most instances of a large fleet see a token only once. */
  async function sendAndRenew(request: VendRequest, key: string): Promise<VendResult> {
    const sent = await sendFor(request, key);
    const held = memory.get(key);
    if (sent.kind !== 'token' || sent.level !== 'table' || held === undefined || !mayRenew(key, held))
      return sent;
    const renewed = await renewOnTheWay(request, key, held);
    const cameToNothing = renewed.kind === 'token' && renewed.level === 'memory';
    return cameToNothing ? { ...renewed, level: 'table' } : renewed;
  }

  /** Also where the clock was set back. */
  function isDue(since: number, after: number): boolean {
    return now() - since >= after || since - now() > recheckAfter;
  }

  /** authorization_code and retailer-json-bearer: only Connect can tell whether these may have a token. */
  async function mintUncached({ order, signal, minTtl }: VendRequest): Promise<VendResult> {
    const keys = uncachedKeys(order);
    const leave = backOff.ask(keys);
    if (isHold(leave)) return failed(leave.failure, leave.milliseconds);
    const minted = await mint(order, 'full', signal);
    const { outcome } = minted;
    if (outcome.kind !== 'token') {
      const { isWell, key, failure } = consequenceOf(outcome, keys, signal);
      if (isWell) backOff.succeeded(leave);
      if (key !== undefined) backOff.failed(leave, key, failure);
      return { ...failed(outcome, retryAfterOf(outcome)), mint: minted };
    }
    backOff.succeeded(leave);
    // A code is used up: whatever it bought is all that it will ever buy.
    const vending = asIs(outcome.token, order.subject.kind === 'code' ? undefined : minTtl, 'bypass');
    const [, own] = keys;
    if (vending.kind === 'short' && own !== undefined) backOff.failed(leave, own, unavailable);
    return { ...vending, mint: minted };
  }

  /** The table's token, or a new one: waits for it. */
  async function sendFor(request: VendRequest, key: string): Promise<VendResult> {
    const underWay = renewals.join(key, request.signal);
    if (underWay !== undefined) {
      const result = await underWay;
      const joined = answerOf(request, result);
      if (joined?.kind === 'token') return { ...joined, level: 'collapsed' };
      // A brief renewal may fail where a full mint would not.
      const isFinal = joined?.kind === 'short' || result.effort === 'full';
      return joined !== undefined && isFinal ? joined : sendFor(request, key);
    }
    const renewal: RenewalRequest = {
      order: request.order,
      known: memory.get(key),
      effort: 'full',
      needsLease: false,
      refused: request.refused,
      verdict: (token, forced) => verdictOn(request, token, forced),
    };
    const result = await begin(key, renewal, request.signal);
    return { ...(answerOf(request, result) ?? leftover(request, result)), ...recordOf(result) };
  }

  /** One request renews, briefly; it and all others are vended the live token if that comes to nothing. */
  async function renewOnTheWay(request: VendRequest, key: string, held: Held): Promise<VendResult> {
    held.renewAt = now() + renewAgainAfter;
    const renewal: RenewalRequest = {
      order: request.order,
      known: held,
      effort: 'brief',
      needsLease: true,
      refused: undefined,
      verdict: () => 'mint',
    };
    const result = await begin(key, renewal, request.signal);
    // Otherwise a table that is out of reach would cost every vend of the window its time.
    if (result.tableFault !== undefined) held.renewAt = now() + recheckAfter;
    const vending = leftover(request, result);
    // It came to nothing, and meanwhile the live token has too little life left for this request.
    const isTooLate = vending.kind === 'short' && !request.signal.aborted;
    return { ...recordOf(result), ...(isTooLate ? await sendFor(request, key) : vending) };
  }

  function begin(key: string, renewal: RenewalRequest, signal: AbortSignal): Promise<RenewalResult> {
    const work = async (abort: AbortSignal) => {
      const result = await renew(renewal, abort);
      remember(key, result);
      return result;
    };
    return renewals.begin(key, work, signal);
  }

  function remember(key: string, { shared, looked, forced }: RenewalResult): void {
    const held = memory.get(key);
    if (shared === undefined) return;
    const isSame = held?.generation === shared.generation && held.token.sha256 === shared.token.sha256;
    // A renewal that was given up may end after the one that came after it.
    const isOlder = held !== undefined && held.generation > shared.generation && held.token.expiresAt > now();
    if (held === undefined || !(isSame || isOlder)) {
      memory.set(key, { ...shared, jitter: random(), checkedAt: now(), renewAt: 0, forced });
    } else if (isSame) {
      Object.assign(held, { forced, checkedAt: looked ? now() : held.checkedAt });
    }
  }

  function verdictOn(
    request: VendRequest,
    token: Token,
    forced: Forced | undefined,
  ): 'vend' | 'mint' | number {
    const time = now();
    const phase = phaseOf(token, { now: time, minTtl: request.minTtl, jitter: 0 });
    if (phase === 'dead') return 'mint';
    if (phase === 'short') return pauseBeforeMint(token, request.minTtl, time) || 'mint';
    if (token.sha256 !== request.refused) return 'vend';
    // The first is granted at once; from then on whatever renewed the token counts.
    const mayForce =
      forced === undefined || (isDue(forced.at, forced.gap) && isDue(token.firstSeenAt, renewalSpacing));
    return mayForce ? 'mint' : 'vend';
  }

  /** Undefined where a renewal has brought neither what serves this request nor a reason why nothing does. */
  function answerOf(
    request: VendRequest,
    { shared, forced, from, failure, retryAfter }: RenewalResult,
  ): VendOutcome | undefined {
    // A renewal that a caller forced and that failed leaves the token that there is.
    const wanted = failure === undefined ? request : { ...request, refused: undefined };
    const verdict = shared === undefined ? 'mint' : verdictOn(wanted, shared.token, forced);
    if (shared !== undefined && verdict === 'vend')
      return { kind: 'token', token: shared.token, level: from };
    if (typeof verdict === 'number') return { kind: 'short', retryAfter: verdict };
    return failure && failed(failure, retryAfter);
  }

  /** The token that there is, for whoever no other is to be had for now. */
  function leftover(request: VendRequest, { shared, from }: RenewalResult): VendOutcome {
    return shared === undefined ? failed(unavailable, undefined) : asIs(shared.token, request.minTtl, from);
  }

  /** Without `minTtl` any life will do. */
  function asIs(token: Token, minTtl: number | undefined, level: CacheStatus): VendOutcome {
    const phase = phaseOf(token, { now: now(), minTtl: minTtl ?? 0, jitter: 0 });
    if (phase !== 'dead' && (phase !== 'short' || minTtl === undefined))
      return { kind: 'token', token, level };
    return { kind: 'short', retryAfter: token.expiresAt - now() };
  }
}

/** How long until a mint could bring more life than `token` has; 0: now. */
function pauseBeforeMint(token: Token, minTtl: number, now: number): number {
  const left = token.expiresAt - now;
  if (token.broughtBack) return left;
  if (left < floor(token)) return 0;
  if (minTtl >= token.lifetime) return left;
  const age = now - token.firstSeenAt;
  return age >= 0 && age < renewalSpacing ? renewalSpacing - age : 0;
}

/** The client's key, and for a retailer's assertion one of its own, which holds it back and nothing else. */
function uncachedKeys(order: MintRequest): string[] {
  const own = order.subject.kind === 'opaque' ? [tokenName(identityOf(order))] : [];
  return [clientKey(order), ...own];
}

function recordOf({ mint, tableFault }: RenewalResult): Pick<VendResult, 'mint' | 'tableFault'> {
  return { ...(mint && { mint }), ...(tableFault && { tableFault }) };
}

function failed(failure: Failure, retryAfter: number | undefined): VendOutcome {
  return { kind: 'failed', failure, retryAfter };
}
