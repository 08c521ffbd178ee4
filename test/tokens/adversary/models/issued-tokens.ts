import { hash } from 'node:crypto';
import type { Timeline, TrueTime } from '../timeline.ts';

/** What an instance was told of a token: its expiry and lifetime by that instance's clock when it asked. */
export type Belief = { instanceId: string; expiresAt: number; lifetimeMs: number };

/** The truth about one token. */
export type IssuedToken = {
  text: string;
  sha256: string;
  /** Connect's order of issue. */
  serial: number;
  identity: string;
  application: string;
  lifetimeMs: number;
  issuedAt: TrueTime;
  expiresAt: TrueTime;
  revokedAt: TrueTime | undefined;
  beliefs: Belief[];
};

export type TokenPolicy = {
  lifetimeMs: number;
  /** What a mint does to the live token of the same identity: nothing, revoke it, or bring it back. */
  previous: 'kept' | 'revoked' | 'reused';
  /** With `reused`: below this share of its life there is a new one. */
  reuseLimit: number;
};

export type IssuedTokens = ReturnType<typeof createIssuedTokens>;

/** Every token that Connect has issued, by text and by identity. */
export function createIssuedTokens(timeline: Timeline, policy: TokenPolicy) {
  const byText = new Map<string, IssuedToken>();
  const bySha256 = new Map<string, IssuedToken>();
  const newest = new Map<string, IssuedToken>();

  function isLive(token: IssuedToken): boolean {
    return token.revokedAt === undefined && token.expiresAt > timeline.now();
  }

  function issue(identity: string, application: string): IssuedToken {
    const slot = `${application} ${identity}`;
    const previous = newest.get(slot);
    if (previous !== undefined && isLive(previous)) {
      const left = (previous.expiresAt - timeline.now()) / policy.lifetimeMs;
      if (policy.previous === 'reused' && left > policy.reuseLimit) return previous;
      if (policy.previous === 'revoked') previous.revokedAt = timeline.now();
    }
    const serial = byText.size + 1;
    const text = `issued-${serial}-${hash('sha256', `${serial}`).slice(0, 24)}`;
    const token: IssuedToken = {
      text,
      sha256: hash('sha256', text),
      serial,
      identity,
      application,
      lifetimeMs: policy.lifetimeMs,
      issuedAt: timeline.now(),
      expiresAt: timeline.now() + policy.lifetimeMs,
      revokedAt: undefined,
      beliefs: [],
    };
    byText.set(text, token);
    bySha256.set(token.sha256, token);
    newest.set(slot, token);
    return token;
  }

  return { issue, isLive, byText, bySha256 };
}

/** Grant type, scopes, retailer id, and the user or the code: what a token is the token of. */
export function identityKey(
  grantType: string,
  scopes: readonly string[],
  retailerId: string | undefined,
  subject: string | undefined,
): string {
  return JSON.stringify([grantType, scopes.toSorted(), retailerId ?? null, subject ?? null]);
}
