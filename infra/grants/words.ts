import type { GrantType } from '../../lambda/protocol/scopes.ts';
import type { Row } from './rows.ts';

/** A value of the policy file that may contain anything: quoted, and in ASCII, unless it reads plainly by itself. */
export function quoteUnlessPlain(value: string): string {
  if (/^[\w.:/@+=*-]+$/.test(value)) return value;
  return JSON.stringify(value).replaceAll(/[^\x20-\x7e]/g, escapeCodeUnit);
}

/** Directional marks, for example, would let one name look like another. */
function escapeCodeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

export function listInWords(values: readonly string[]): string {
  return values.map(quoteUnlessPlain).join(', ');
}

/** `users a, test-*`, or `every user` */
export function usersInWords(users: readonly string[], except: readonly string[] = []): string {
  const isOne = users.length === 1 && !users[0]?.endsWith('*');
  const who = users.includes('*') ? 'every user' : `${isOne ? 'user' : 'users'} ${listInWords(users)}`;
  return except.length === 0 ? who : `${who} other than ${listInWords(except)}`;
}

export function plural(noun: string, values: readonly unknown[]): string {
  return values.length === 1 ? noun : `${noun}s`;
}

export function scopeInWords(scope: string | null | undefined): string {
  return scope === null || scope === undefined ? 'the token without a scope' : quoteUnlessPlain(scope);
}

/** The name by which people know a grant type: `retailer-json-bearer`. */
export function shortGrantType(grantType: GrantType): string {
  return grantType.slice(grantType.lastIndexOf(':') + 1);
}

/** What a matrix row or a grant limits, one phrase for each limit. */
export function conditionsInWords(limits: {
  users: readonly string[];
  redirectUris: readonly string[];
  retailerIds: readonly string[];
  maxMinTtlSeconds: number | null;
  revoke: boolean;
}): string[] {
  const { users, redirectUris, retailerIds, maxMinTtlSeconds, revoke } = limits;
  return [
    users.length > 0 ? usersInWords(users) : [],
    redirectUris.length > 0 ? `${plural('redirect URI', redirectUris)} ${listInWords(redirectUris)}` : [],
    retailerIds.length > 0 ? `X-Retailer-Id ${listInWords(retailerIds)}` : [],
    maxMinTtlSeconds === null ? [] : `min_ttl up to ${maxMinTtlSeconds} s`,
    revoke ? 'may revoke' : [],
  ].flat();
}

export function rowConditions(row: Row): string[] {
  const { users, redirect_uris, retailer_ids, max_min_ttl, revoke } = row;
  return conditionsInWords({
    users,
    redirectUris: redirect_uris,
    retailerIds: retailer_ids,
    maxMinTtlSeconds: max_min_ttl,
    revoke,
  });
}
