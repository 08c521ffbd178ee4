import type { AccessRequest } from '../../lambda/policy/decision.ts';
import type { Grant } from '../../lambda/policy/policy.ts';
import { longestMinTtlSeconds } from '../../lambda/protocol/contract.ts';
import { maxUserIdCharacters } from '../../lambda/protocol/names.ts';
import { type Alphabet, standInsFor } from './stand-ins.ts';

/** The part of a request that grants may limit, one stand-in for each class of values that the grants tell apart. */
export type Limits = {
  users: ReadonlyArray<{ userId: string | undefined; pattern: string }>;
  redirectUris: ReadonlyArray<string | undefined>;
  retailerIds: ReadonlyArray<string | undefined>;
  /** In rising order. Each stands for the values above the one before it. */
  minTtlsMs: readonly number[];
};

const userIds: Alphabet = {
  characters: Array.from({ length: 1_000 }, (_, index) => String.fromCodePoint(0x4e00 + index)),
  maxLength: maxUserIdCharacters,
};

export function limitsOf(grants: readonly Grant[]): Limits {
  const every = <T>(list: (grant: Grant) => readonly T[]) => [...new Set(grants.flatMap(list))];
  const redirectUris = every((grant) => grant.redirectUris);
  const longest = longestMinTtlSeconds * 1000;
  const limits = every(({ maxMinTtlMs = longest }) => [Math.min(maxMinTtlMs, longest)]);
  return {
    users: standInUsers(every((grant) => grant.users)),
    redirectUris: redirectUris.length === 0 ? [undefined] : redirectUris,
    retailerIds: [undefined, ...every((grant) => grant.retailerIds)],
    minTtlsMs: [...new Set([...limits, longest])].toSorted((a, b) => a - b),
  };
}

function standInUsers(patterns: readonly string[]): Limits['users'] {
  if (patterns.length === 0) return [{ userId: undefined, pattern: '' }];
  const parsed = patterns.map((pattern) => ({
    pattern,
    isPrefix: pattern.endsWith('*'),
    text: pattern.replace(/\*$/, ''),
  }));
  const known = standInsFor(parsed, userIds).map(({ text, closest }) => ({
    userId: text,
    pattern: closest.pattern,
  }));
  // A retailer's assertion names a user whom only Connect can read.
  return patterns.includes('*') ? [...known, { userId: undefined, pattern: '*' }] : known;
}

export function sizesOf({ users, redirectUris, retailerIds, minTtlsMs }: Limits): number[] {
  return [users.length, redirectUris.length, retailerIds.length, minTtlsMs.length];
}

/** The request of one cell: an index into each list of the limits. */
export function requestAt(
  { users, redirectUris, retailerIds, minTtlsMs }: Limits,
  [user = 0, uri = 0, retailer = 0, ttl = 0]: readonly number[],
): Pick<AccessRequest, 'userId' | 'redirectUri' | 'retailerId' | 'minTtlMs'> {
  return {
    userId: users[user]?.userId,
    redirectUri: redirectUris[uri],
    retailerId: retailerIds[retailer],
    minTtlMs: minTtlsMs[ttl],
  };
}
