import { LRUCache } from 'lru-cache';
import { type BackOff, type Failure, isHold, type Leave } from './back-off.ts';
import type { Order } from './connect.ts';
import type { Effort, Mint, MintResult } from './mint.ts';
import { afterRenewal, floor, phaseOf, type Token } from './token.ts';

const maxTokens = 10_000;
/** A caller's `min_ttl` alone renews a token that is otherwise fresh this often at most. */
const minTtlSpacing = 60_000;

/** A token that is of use for less counts as a failed mint. */
const shortestUse = 1_000;

/** Where a token came from: `collapsed` waited for another request's mint, `bypass` is never cached. */
export type CacheLevel = 'memory' | 'mint' | 'collapsed' | 'bypass';

/** Durations in milliseconds. `short`: no token with as much life as was asked for is to be had before then. */
export type Vending =
  | { kind: 'token'; token: Token; level: CacheLevel }
  | { kind: 'failed'; failure: Failure; retryAfter: number | undefined }
  | { kind: 'short'; retryAfter: number };

/** `mint` is set for the request that minted, whether or not it was vended what it minted. */
export type Vended = Vending & { mint?: MintResult };

/** `key` names the token, undefined for one that is never cached; `minTtl` in milliseconds. */
export type Want = { order: Order; key: string | undefined; minTtl: number; signal: AbortSignal };

export type TokensDependencies = {
  mint: Mint;
  backOff: BackOff;
  now: () => number;
  /** From 0 to 1. */
  random: () => number;
};

type Flight = { effort: Effort; waiting: number; abort: AbortController; landed: Promise<MintResult> };

/**
 * Vends from memory, and mints what memory cannot give: once, however many wait for it. The caller must have
 * been authorised before.
 */
export function createTokens({
  mint,
  backOff,
  now,
  random,
}: TokensDependencies): (want: Want) => Promise<Vended> {
  const memory = new LRUCache<string, { token: Token; jitter: number }>({ max: maxTokens });
  const flights = new Map<string, Flight>();

  return async function vendToken(want) {
    const { key, minTtl } = want;
    if (key === undefined) return mintUncached(want);
    const held = memory.get(key);
    if (held === undefined) return mintFor(want, key);
    const phase = phaseOf(held.token, { now: now(), minTtl, jitter: held.jitter });
    if (phase === 'fresh') return { kind: 'token', token: held.token, level: 'memory' };
    if (phase === 'ageing') return renewOnTheWay(want, key, held.token);
    const pause = phase === 'short' ? pauseBeforeMint(held.token, minTtl, now()) : 0;
    return pause > 0 ? { kind: 'short', retryAfter: pause } : mintFor(want, key);
  };

  /** authorization_code and retailer-json-bearer: only Connect can tell whether these may have a token. */
  async function mintUncached({ order, signal, minTtl }: Want): Promise<Vended> {
    const client = clientKey(order);
    const leave = backOff.ask([client]);
    if (isHold(leave)) return held(leave);
    const result = await mint(order, 'full', signal);
    const { outcome } = result;
    if (outcome.kind === 'token') {
      backOff.succeeded(leave);
      return { ...judge(outcome.token, minTtl, 'bypass'), mint: result };
    }
    if (holdsClient(outcome)) backOff.failed(leave, client, outcome);
    return { ...failed(outcome), mint: result };
  }

  async function mintFor(want: Want, key: string): Promise<Vended> {
    const underWay = flights.get(key);
    if (underWay !== undefined) {
      const { outcome } = await landing(underWay, want.signal);
      if (outcome.kind === 'token') return judgeHeld(key, outcome.token, want.minTtl, 'collapsed');
      return underWay.effort === 'brief' ? mintFor(want, key) : failed(outcome);
    }
    const leave = backOff.ask([clientKey(want.order), key]);
    if (isHold(leave)) return held(leave);
    const result = await landing(depart(want.order, key, 'full', leave), want.signal);
    const { outcome } = result;
    if (outcome.kind !== 'token') return { ...failed(outcome), mint: result };
    return { ...judgeHeld(key, outcome.token, want.minTtl, 'mint'), mint: result };
  }

  /** One request renews, briefly; it and all others are vended the live token if that comes to nothing. */
  async function renewOnTheWay(want: Want, key: string, live: Token): Promise<Vended> {
    const asIs: Vended = { kind: 'token', token: live, level: 'memory' };
    if (flights.has(key)) return asIs;
    const leave = backOff.ask([clientKey(want.order), renewalKey(want.order), key]);
    if (isHold(leave)) return asIs;
    const result = await landing(depart(want.order, key, 'brief', leave), want.signal);
    const level = result.outcome.kind === 'token' ? 'mint' : 'memory';
    return { ...judgeHeld(key, live, want.minTtl, level), mint: result };
  }

  function depart(order: Order, key: string, effort: Effort, leave: Leave): Flight {
    const abort = new AbortController();
    const landed = mint(order, effort, abort.signal)
      .then((result) => settle(result, order, key, effort, leave))
      .finally(() => flights.delete(key));
    const flight = { effort, waiting: 0, abort, landed };
    flights.set(key, flight);
    return flight;
  }

  /** A flight ends early once nobody waits for it any more. */
  function landing(flight: Flight, signal: AbortSignal): Promise<MintResult> {
    flight.waiting += 1;
    signal.addEventListener('abort', () => {
      flight.waiting -= 1;
      if (flight.waiting === 0) flight.abort.abort();
    });
    return flight.landed;
  }

  function settle(result: MintResult, order: Order, key: string, effort: Effort, leave: Leave): MintResult {
    const { outcome } = result;
    if (outcome.kind === 'token') {
      const token = afterRenewal(memory.get(key)?.token, outcome.token);
      memory.set(key, { token, jitter: random() });
      backOff.succeeded(leave);
      // All but dead on arrival: the next will hardly be better, so it must not be asked for at every request.
      if (token.expiresAt - now() < floor(token) + shortestUse) backOff.failed(leave, key, unavailable);
    } else if (!holdsClient(outcome)) {
      backOff.failed(leave, key, outcome);
    } else {
      // A brief renewal may fail where a full mint would not, so it holds back renewals only.
      backOff.failed(leave, effort === 'brief' ? renewalKey(order) : clientKey(order), outcome);
    }
    return result;
  }

  function judgeHeld(key: string, otherwise: Token, minTtl: number, level: CacheLevel): Vending {
    return judge(memory.get(key)?.token ?? otherwise, minTtl, level);
  }

  function judge(token: Token, minTtl: number, level: CacheLevel): Vending {
    const phase = phaseOf(token, { now: now(), minTtl, jitter: 0 });
    if (phase === 'fresh' || phase === 'ageing') return { kind: 'token', token, level };
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

function held({ failure, milliseconds }: { failure: Failure; milliseconds: number }): Vending {
  return { kind: 'failed', failure, retryAfter: milliseconds };
}

function failed(failure: Failure): Vending {
  return {
    kind: 'failed',
    failure,
    retryAfter: failure.kind === 'unavailable' ? failure.retryAfter : undefined,
  };
}

/** What says nothing about the client's other tokens holds back this one alone. */
function holdsClient({ kind }: Failure): boolean {
  return kind !== 'invalid_grant' && kind !== 'not_entitled' && kind !== 'not_a_token';
}

function clientKey({ client }: Order): string {
  return `client ${client.name}`;
}

function renewalKey({ client }: Order): string {
  return `renewals ${client.name}`;
}
