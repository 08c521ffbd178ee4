import { hash } from 'node:crypto';
import type { GrantType } from '../protocol/scopes.ts';
import type { Secret } from '../values/secret.ts';
import type { MintRequest, Subject } from './mint-request.ts';

const second = 1_000;
const hour = 3_600 * second;

/** More life than a token ever had, by more than clocks disagree: it was minted by a clock that was wrong. */
const mostAhead = 600 * second;

/** An access token. Times are epoch milliseconds by this instance's clock, durations milliseconds. */
export type Token = {
  value: Secret;
  sha256: string;
  /** Sorted; undefined where nobody said (an unscoped token). */
  scopes: readonly string[] | undefined;
  /** When the request for it was sent, plus `expires_in`: never later than the true expiry. */
  expiresAt: number;
  /** When its value was first seen, and its remaining life then: what window and floor are measured by. */
  firstSeenAt: number;
  lifetime: number;
  /** Connect brought this same value back when asked for a new one: there is no other before it ends. */
  broughtBack: boolean;
};

/** What a token is the token of; see `tokenKey`. `subject` is a user id, or the SHA-256 of a retailer's assertion. */
export type TokenIdentity = {
  baseUrl: string;
  client: string;
  grantType: GrantType;
  scopes: readonly string[];
  retailerId: string | undefined;
  subject: string | undefined;
};

/** Whether a token may be vended to another request: not where only Connect can tell, each time anew, who may have one. */
export function isShared({ subject }: MintRequest): boolean {
  return subject.kind === 'application' || subject.kind === 'user';
}

export function identityOf({ client, grantType, scopes, retailerId, subject }: MintRequest): TokenIdentity {
  const { name, baseUrl } = client;
  return { baseUrl, client: name, grantType, scopes, retailerId, subject: nameOf(subject) };
}

function nameOf(subject: Subject): string | undefined {
  if (subject.kind === 'user') return subject.userId;
  return subject.kind === 'opaque' ? subject.assertion.sha256() : undefined;
}

/** A name that no other identity has: a JSON array cannot be read two ways. It holds the user id. */
export function tokenName({
  baseUrl,
  client,
  grantType,
  scopes,
  retailerId,
  subject,
}: TokenIdentity): string {
  const parts = [baseUrl, client, grantType, scopes.toSorted(), retailerId ?? null, subject ?? null];
  return JSON.stringify(parts);
}

/** The key of its item in the table: the hash of its name, in hex, so that no user id is in it. */
export function tokenKey(identity: TokenIdentity): string {
  return hash('sha256', tokenName(identity));
}

/** How long before expiry a token is renewed while it is still vended. */
export function renewalWindow(lifetime: number): number {
  return Math.min(2 * hour, lifetime * 0.2);
}

/** The least remaining life that is vended. */
export function floor({ lifetime, broughtBack }: Pick<Token, 'lifetime' | 'broughtBack'>): number {
  // An answer counts in whole seconds: with less than one, it would say 0.
  return broughtBack ? 5 * second : Math.max(second, Math.min(120 * second, lifetime * 0.02));
}

/**
 * - `fresh`: vend it
 * - `ageing`: vend it, and renew it on the way if nobody does
 * - `short`: alive, but with less life than the floor or `minTtl`
 * - `dead`
 */
export type Phase = 'fresh' | 'ageing' | 'short' | 'dead';

/** `jitter` from 0 to 1 moves the window's start towards expiry by up to a tenth, so that a fleet spreads out. */
export function phaseOf(
  token: Token,
  { now, minTtl, jitter }: { now: number; minTtl: number; jitter: number },
): Phase {
  const left = token.expiresAt - now;
  if (left <= 0 || left > token.lifetime + mostAhead) return 'dead';
  if (left < Math.max(floor(token), minTtl)) return 'short';
  const window = renewalWindow(token.lifetime) * (1 - jitter / 10);
  return left < window && !token.broughtBack ? 'ageing' : 'fresh';
}

/**
 * The same value again keeps the life it had: an upstream that promises it more is not believed, unless that life is
 * over by our clock. Then whoever saw it first had a clock that was behind.
 */
export function afterRenewal(old: Token | undefined, renewed: Token, now: number): Token {
  if (old === undefined || old.sha256 !== renewed.sha256) return renewed;
  if (old.expiresAt <= now) return { ...renewed, broughtBack: true };
  return { ...old, expiresAt: Math.min(old.expiresAt, renewed.expiresAt), broughtBack: true };
}

/** The two times of the answer, in whole seconds; both floored, so that their sum is never past the expiry. */
export function answerTimes(token: Token, now: number): { created_at: number; expires_in: number } {
  return { created_at: Math.floor(now / second), expires_in: remainingSeconds(token, now) };
}

export function remainingSeconds({ expiresAt }: Token, now: number): number {
  return Math.floor((expiresAt - now) / second);
}

const shortestGap = 60_000;
const longestGap = 3_600_000;

/**
 * A caller may have a token renewed once a minute, then once in two, and so on to once an hour; a quiet spell forgives.
 * What brought no other token, because Connect was down, doubles nothing; the same one brought back does.
 */
export function nextForced(
  last: { at: number; gap: number } | undefined,
  current: Pick<Token, 'firstSeenAt' | 'broughtBack'>,
  now: number,
): { at: number; gap: number } {
  if (last === undefined || now - last.at > 2 * longestGap) return { at: now, gap: shortestGap };
  const hasFailed = current.firstSeenAt < last.at && !current.broughtBack;
  return { at: now, gap: hasFailed ? last.gap : Math.min(last.gap * 2, longestGap) };
}
