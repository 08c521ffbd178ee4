import type { Token } from '../../lambda/tokens/token.ts';
import { Secret } from '../../lambda/values/secret.ts';

/** A token of a day, first seen at the start of 2026, unless it says otherwise. */
export function tokenOf({
  text = 'token-one',
  firstSeenAt = Date.UTC(2026, 0, 1),
  lifetimeMs = 86_400_000,
  ...more
}: Partial<Omit<Token, 'value' | 'sha256'>> & { text?: string } = {}): Token {
  const value = new Secret(text);
  return {
    value,
    sha256: value.sha256(),
    scopes: undefined,
    expiresAt: firstSeenAt + lifetimeMs,
    firstSeenAt,
    lifetimeMs,
    reissuedAt: undefined,
    ...more,
  };
}
