import QuickLRU from 'quick-lru';
import { type BackOff, type Failure, isHold } from './back-off.ts';
import type { Order } from './connect.ts';
import type { Effort, Mint, MintResult } from './mint.ts';
import { clientKey, type Errand, type Landed, noteFailure, type Renew, retryAfterOf } from './renewal.ts';
import { floor, nextForced, phaseOf, type Token, type TokenIdentity, tokenName } from './token.ts';
import type { Forced, SharedToken } from './token-table.ts';

/** A caller's `min_ttl` alone renews a token that is otherwise fresh this often at most. */
const minTtlSpacing = 60_000;
/** A token that another instance has renewed is seen within a minute. */
const recheckAfter = 55_000;
/** After a renewal that somebody else is about, or that failed, in the window. */
const renewAgainAfter = 3_000;

/** Where a token came from: `collapsed` waited for another request of this instance, `bypass` is never cached. */
export type CacheLevel = 'memory' | 'table' | 'mint' | 'collapsed' | 'bypass';

/** Durations in milliseconds. `short`: no token with as much life as was asked for is to be had before then. */
type Vending =
  | { kind: 'token'; token: Token; level: CacheLevel }
  | { kind: 'failed'; failure: Failure; retryAfter: number | undefined }
  | { kind: 'short'; retryAfter: number };

/** `mint` is set for the request that minted, whether or not it was vended what it minted. */
export type Vended = Vending & { mint?: MintResult | undefined; tableFault?: Error | undefined };

export type Want = {
  order: Order;
  /** Undefined for a token that is never cached. */
  identity: TokenIdentity | undefined;
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
  /** Tokens in memory, twice as many in passing; the least used leave. */
  most?: number;
};

type Held = SharedToken & { jitter: number; checkedAt: number; renewAt: number; forced: Forced | undefined };

type Flight = { effort: Effort; waiting: number; abort: AbortController; landed: Promise<Landed> };

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
}: TokensDependencies): (want: Want) => Promise<Vended> {
  const memory = new QuickLRU<string, Held>({ maxSize: most });
  const flights = new Map<string, Flight>();

  return async function vendToken(want) {
    if (want.identity === undefined) return mintUncached(want);
    const key = tokenName(want.identity);
    const held = memory.get(key);
    if (held === undefined || want.refused !== undefined) return sendAndRenew(want, want.identity, key);
    const phase = phaseOf(held.token, { now: now(), minTtl: want.minTtl, jitter: held.jitter });
    if (phase === 'short' || phase === 'dead') return sendAndRenew(want, want.identity, key);
    if (mayRenew(key, held)) return renewOnTheWay(want, want.identity, key, held);
    if (isDue(held.checkedAt, recheckAfter) && !flights.has(key)) {
      // Whoever else comes by meanwhile need not wait for the table.
      held.checkedAt = now();
      return sendAndRenew(want, want.identity, key);
    }
    return { kind: 'token', token: held.token, level: 'memory' };
  };

  /** In the window, and nobody in this instance is about it, or was a moment ago. */
  function mayRenew(key: string, { token, jitter, renewAt }: Held): boolean {
    const isAgeing = phaseOf(token, { now: now(), minTtl: 0, jitter }) === 'ageing';
    return isAgeing && isDue(renewAt, 0) && !flights.has(key);
  }

  /** What the table has may be in its window: most instances of a large fleet see a token only once. */
  async function sendAndRenew(want: Want, identity: TokenIdentity, key: string): Promise<Vended> {
    const sent = await sendFor(want, identity, key);
    const held = memory.get(key);
    if (sent.kind !== 'token' || sent.level !== 'table' || held === undefined || !mayRenew(key, held))
      return sent;
    const renewed = await renewOnTheWay(want, identity, key, held);
    const cameToNothing = renewed.kind === 'token' && renewed.level === 'memory';
    return cameToNothing ? { ...renewed, level: 'table' } : renewed;
  }

  /** Also where the clock was set back. */
  function isDue(since: number, after: number): boolean {
    return now() - since >= after || since - now() > recheckAfter;
  }

  /** authorization_code and retailer-json-bearer: only Connect can tell whether these may have a token. */
  async function mintUncached({ order, signal, minTtl }: Want): Promise<Vended> {
    const keys = uncachedKeys(order);
    const leave = backOff.ask(keys);
    if (isHold(leave)) return failed(leave.failure, leave.milliseconds);
    const result = await mint(order, 'full', signal);
    const { outcome } = result;
    if (outcome.kind !== 'token') {
      noteFailure(backOff, leave, keys, outcome, signal);
      return { ...failed(outcome, retryAfterOf(outcome)), mint: result };
    }
    backOff.succeeded(leave);
    // A code is used up: whatever it bought is all that it will ever buy.
    const vending = asIs(outcome.token, order.subject.kind === 'code' ? undefined : minTtl, 'bypass');
    const [, own] = keys;
    if (vending.kind === 'short' && own !== undefined) backOff.failed(leave, own, unavailable);
    return { ...vending, mint: result };
  }

  /** The table's token, or a new one: waits for it. */
  async function sendFor(want: Want, identity: TokenIdentity, key: string): Promise<Vended> {
    for (let underWay = flights.get(key); underWay !== undefined; underWay = flights.get(key)) {
      const joined = concludeJoined(want, await landing(underWay, want.signal), underWay.effort);
      if (joined !== undefined) return joined;
      if (flights.get(key) === underWay) break;
    }
    const errand: Errand = {
      order: want.order,
      identity,
      key,
      known: memory.get(key),
      forced: memory.get(key)?.forced,
      effort: 'full',
      needsLease: false,
      verdict: (token, forced) => verdictOn(want, token, forced),
      force: (forced, token) =>
        token !== undefined && token.sha256 === want.refused ? nextForced(forced, token, now()) : undefined,
    };
    return conclude(want, await landing(depart(errand), want.signal));
  }

  /** One request renews, briefly; it and all others are vended the live token if that comes to nothing. */
  async function renewOnTheWay(
    want: Want,
    identity: TokenIdentity,
    key: string,
    held: Held,
  ): Promise<Vended> {
    held.renewAt = now() + renewAgainAfter;
    const errand: Errand = {
      order: want.order,
      identity,
      key,
      known: held,
      forced: held.forced,
      effort: 'brief',
      needsLease: true,
      verdict: () => 'mint',
      force: () => undefined,
    };
    const { shared, from, mint: result, tableFault } = await landing(depart(errand), want.signal);
    // A table out of reach is not to cost every vend of the window its time.
    if (tableFault !== undefined) held.renewAt = now() + recheckAfter;
    const vending = asIs(shared?.token ?? held.token, want.minTtl, from);
    // It came to nothing, and meanwhile the live token has too little life left for this request.
    const isTooLate = vending.kind === 'short' && !want.signal.aborted;
    const sent: Vended = isTooLate ? await sendFor(want, identity, key) : vending;
    return { ...sent, mint: sent.mint ?? result, tableFault: sent.tableFault ?? tableFault };
  }

  function depart(errand: Errand): Flight {
    const { key, effort } = errand;
    const abort = new AbortController();
    const landed = renew(errand, abort.signal)
      .then((result) => {
        remember(key, result);
        return result;
      })
      .finally(() => flights.get(key)?.landed === landed && flights.delete(key));
    const flight = { effort, waiting: 0, abort, landed };
    flights.set(key, flight);
    // Nobody is to join a flight that was given up.
    abort.signal.addEventListener('abort', () => flights.get(key) === flight && flights.delete(key));
    return flight;
  }

  /** A flight ends early once nobody waits for it any more. */
  function landing(flight: Flight, signal: AbortSignal): Promise<Landed> {
    flight.waiting += 1;
    const leave = () => {
      flight.waiting -= 1;
      if (flight.waiting === 0) flight.abort.abort();
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    return flight.landed;
  }

  function remember(key: string, { shared, looked, forced }: Landed): void {
    const held = memory.get(key);
    if (shared === undefined) return;
    const isSame = held?.generation === shared.generation && held.token.sha256 === shared.token.sha256;
    // A flight that was given up may land after the one that came after it.
    const isOlder = held !== undefined && held.generation > shared.generation && held.token.expiresAt > now();
    if (held === undefined || !(isSame || isOlder)) {
      memory.set(key, { ...shared, jitter: random(), checkedAt: now(), renewAt: 0, forced });
    } else if (isSame) {
      Object.assign(held, { forced, checkedAt: looked ? now() : held.checkedAt });
    }
  }

  function verdictOn(want: Want, token: Token, forced: Forced | undefined): 'vend' | 'mint' | number {
    const time = now();
    const phase = phaseOf(token, { now: time, minTtl: want.minTtl, jitter: 0 });
    if (phase === 'dead') return 'mint';
    if (phase === 'short') return pauseBeforeMint(token, want.minTtl, time) || 'mint';
    if (token.sha256 !== want.refused) return 'vend';
    // The first is granted at once; from then on whatever renewed the token counts.
    const mayForce =
      forced === undefined || (isDue(forced.at, forced.gap) && isDue(token.firstSeenAt, minTtlSpacing));
    return mayForce ? 'mint' : 'vend';
  }

  function conclude(want: Want, result: Landed): Vended {
    const { shared, forced, from, mint: minted, failure, retryAfter, tableFault } = result;
    const more = { ...(minted && { mint: minted }), tableFault };
    if (shared === undefined) return { ...failed(failure, retryAfter), ...more };
    const verdict = verdictOn(want, shared.token, forced);
    // A renewal that a caller forced and that failed leaves the token that there is.
    const isForced = want.refused !== undefined && typeof verdict !== 'number';
    if (verdict === 'vend' || minted?.outcome.kind === 'token' || isForced) {
      const vending = asIs(shared.token, want.minTtl, from);
      if (vending.kind === 'token' || failure === undefined) return { ...vending, ...more };
    }
    if (typeof verdict === 'number' && failure === undefined)
      return { kind: 'short', retryAfter: verdict, ...more };
    return { ...failed(failure, retryAfter), ...more };
  }

  /** Undefined where what another request sent for does not serve this one. */
  function concludeJoined(want: Want, result: Landed, effort: Effort): Vended | undefined {
    const { shared, forced, failure, retryAfter } = result;
    const verdict = shared === undefined ? 'mint' : verdictOn(want, shared.token, forced);
    if (shared !== undefined && verdict === 'vend')
      return { kind: 'token', token: shared.token, level: 'collapsed' };
    if (typeof verdict === 'number') return { kind: 'short', retryAfter: verdict };
    if (failure !== undefined && shared !== undefined && want.refused !== undefined) {
      const vending = asIs(shared.token, want.minTtl, 'collapsed');
      if (vending.kind === 'token') return vending;
    }
    return failure !== undefined && effort === 'full' ? failed(failure, retryAfter) : undefined;
  }

  /** Without `minTtl` any life will do. */
  function asIs(token: Token, minTtl: number | undefined, level: CacheLevel): Vending {
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
  return age >= 0 && age < minTtlSpacing ? minTtlSpacing - age : 0;
}

const unavailable: Failure = { kind: 'unavailable', retryAfter: undefined };

/** The client's key, and for a retailer's assertion one of its own, which holds it back and nothing else. */
function uncachedKeys(order: Order): string[] {
  const { client, grantType, scopes, retailerId, subject } = order;
  const keys = [clientKey(order)];
  if (subject.kind !== 'opaque') return keys;
  const userId = subject.assertion.sha256();
  return [
    ...keys,
    tokenName({ baseUrl: client.baseUrl, client: client.name, grantType, scopes, retailerId, userId }),
  ];
}

function failed(failure: Failure | undefined, retryAfter: number | undefined): Vending {
  return { kind: 'failed', failure: failure ?? unavailable, retryAfter };
}
