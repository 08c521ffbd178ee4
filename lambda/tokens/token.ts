import type { Secret } from '../values/secret.ts';

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;

/** A reissued token is vended while it has this much life left, even where its minimum was more. */
const reissuedMinimumMs = 5 * secondMs;
/** More life than a token ever had, by more than clocks disagree: a clock that was far ahead minted it. */
const maxClockAheadMs = 600 * secondMs;
/** A token that Connect refused is renewed this often at most. */
const renewalSpacingMs = 60 * secondMs;

/** An access token. Times are epoch milliseconds by this instance's clock. */
export type Token = {
  value: Secret;
  sha256: string;
  /** Sorted; undefined where neither the request nor Connect named any (an unscoped token). */
  scopes: readonly string[] | undefined;
  /** When the request for it was sent, plus `expires_in`: never later than the true expiry. */
  expiresAt: number;
  /** When its value was first seen, and its remaining life then. */
  firstSeenAt: number;
  lifetimeMs: number;
  /** When Connect last answered a request for a new token with this same value; undefined: never. */
  reissuedAt: number | undefined;
};

/** How long before expiry a token is renewed while it is still vended. */
export function renewalWindowMs(lifetimeMs: number): number {
  return Math.min(2 * hourMs, lifetimeMs * 0.2);
}

/** The least remaining life that is vended. An answer counts whole seconds, so it is one at least. */
export function minimumLifeMs({ lifetimeMs, reissuedAt }: Pick<Token, 'lifetimeMs' | 'reissuedAt'>): number {
  const mostMs = reissuedAt === undefined ? 120 * secondMs : reissuedMinimumMs;
  return Math.max(secondMs, Math.min(mostMs, lifetimeMs * 0.02));
}

/** Expired, or minted by a clock so far ahead that its expiry cannot be believed. */
export function isExpired({ expiresAt, lifetimeMs }: Token, now: number): boolean {
  const leftMs = expiresAt - now;
  return leftMs <= 0 || leftMs > lifetimeMs + maxClockAheadMs;
}

/**
 * The most remaining life that a request may ask for: half of the token's lifetime, so that whatever callers ask for costs
 * two mints a lifetime at most. How long a token lives that Connect reissues is not known.
 */
export function longestMinTtlMs({ lifetimeMs, reissuedAt }: Token): number {
  return reissuedAt === undefined ? lifetimeMs / 2 : Number.POSITIVE_INFINITY;
}

/** Whether the token may be vended to a request that asks for at least `minTtlMs` of remaining life. */
export function suffices(token: Token, minTtlMs: number, now: number): boolean {
  if (isExpired(token, now) || minTtlMs > longestMinTtlMs(token)) return false;
  return token.expiresAt - now >= Math.max(minimumLifeMs(token), minTtlMs);
}

/** Whether a minted token is worth keeping: not if it is nearly dead on arrival. A reissued one is all there is. */
export function isOfUse(token: Token, now: number): boolean {
  const neededMs = token.reissuedAt === undefined ? minimumLifeMs(token) : 0;
  return !isExpired(token, now) && token.expiresAt - now >= neededMs + secondMs;
}

/**
 * Whether Connect should be asked for the next token while this one is still vended. `jitter` from 0 to 1 moves the
 * start of the renewal window towards expiry by up to a tenth of it, so that a fleet spreads out. `keptMs` is the remaining
 * life that the schedule keeps for jobs: the window begins before that, but never in the first half of the token's life.
 */
export function isDueForRenewal(token: Token, jitter: number, keptMs: number, now: number): boolean {
  if (token.reissuedAt !== undefined) return now >= nextAskingAt(token, token.reissuedAt);
  const windowMs = renewalWindowMs(token.lifetimeMs) * (1 - jitter / 10);
  return token.expiresAt - now < Math.min(keptMs + windowMs, token.lifetimeMs / 2);
}

/** Milliseconds until a mint could bring a token with more life than this one has left; 0: now. */
export function mintHelpsInMs(token: Token, now: number): number {
  if (isExpired(token, now) || token.reissuedAt === undefined) return 0;
  return Math.max(0, nextAskingAt(token, token.reissuedAt) - now);
}

/**
 * When to ask Connect again after it reissued a token: each time half of the life that was left has passed, once more
 * just before the token is too short to vend, and then every second.
 */
function nextAskingAt(token: Token, reissuedAt: number): number {
  const lastInTimeAt = token.expiresAt - minimumLifeMs(token) - secondMs;
  if (reissuedAt >= lastInTimeAt) return reissuedAt + secondMs;
  return Math.min((reissuedAt + token.expiresAt) / 2, lastInTimeAt);
}

/**
 * What a mint brought, given what was known. The same value again keeps the life it had: an upstream that promises it
 * more is not believed, unless that life is over by our clock. Then a clock that was behind saw it first.
 */
export function afterMint(known: Token | undefined, minted: Token, now: number): Token {
  if (known === undefined || known.sha256 !== minted.sha256) return minted;
  if (known.expiresAt <= now) return { ...minted, reissuedAt: now };
  return { ...known, expiresAt: Math.min(known.expiresAt, minted.expiresAt), reissuedAt: now };
}

/** The two times of the response, in whole seconds; both floored, so that their sum is never past the expiry. */
export function responseTimes(token: Token, now: number): { created_at: number; expires_in: number } {
  return { created_at: Math.floor(now / secondMs), expires_in: remainingSeconds(token, now) };
}

export function remainingSeconds({ expiresAt }: Token, now: number): number {
  return Math.floor((expiresAt - now) / secondMs);
}

/** The last renewal that a caller forced, and how long the next one has to wait. */
export type ForcedRenewal = { at: number; cooldownMs: number };

const maxCooldownMs = hourMs;

/** The first forced renewal is granted at once; after that, whatever renewed the token counts. */
export function mayForceRenewal(token: Token, last: ForcedRenewal | undefined, now: number): boolean {
  if (last === undefined) return true;
  return hasPassed(last.at, last.cooldownMs, now) && hasPassed(token.firstSeenAt, renewalSpacingMs, now);
}

/** Also true where the clock was set back. */
function hasPassed(since: number, durationMs: number, now: number): boolean {
  return now - since >= durationMs || since - now > renewalSpacingMs;
}

/**
 * The cooldown starts at a minute and doubles to an hour; a quiet spell resets it. A forced renewal that brought no
 * token because Connect was down doubles nothing; one that brought the same token does.
 */
export function nextForcedRenewal(
  last: ForcedRenewal | undefined,
  current: Pick<Token, 'firstSeenAt' | 'reissuedAt'>,
  now: number,
): ForcedRenewal {
  if (last === undefined || now - last.at > 2 * maxCooldownMs)
    return { at: now, cooldownMs: renewalSpacingMs };
  const hasFailed = current.firstSeenAt < last.at && (current.reissuedAt ?? 0) < last.at;
  return { at: now, cooldownMs: hasFailed ? last.cooldownMs : Math.min(last.cooldownMs * 2, maxCooldownMs) };
}
