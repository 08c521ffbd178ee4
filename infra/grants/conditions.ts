import { createForest } from './forest.ts';
import type { Limits } from './requests.ts';
import { compareTexts } from './rows.ts';
import { listInWords, plural, usersInWords } from './words.ts';

/** A set of requests by what grants may limit: those that meet all of it. */
export type Conditions = {
  /** Null where the grant type has no user. */
  users: { of: string[]; except: string[] } | null;
  redirect_uris: string[] | null;
  /** Null in the list: without X-Retailer-Id. */
  retailer_ids: Array<string | null>;
  /** Seconds: more than `over`, if that is not null, and at most `up_to`, which is null for what the service allows. */
  min_ttl: { over: number | null; up_to: number | null };
};

/** The conditions of one box: a list of indices into each list of the limits. */
export function conditionsOfBox(limits: Limits, box: readonly number[][]): Conditions[] {
  const [users = [], uris = [], retailers = [], ttls = []] = box;
  return intervals(limits.minTtlsMs, ttls).map((min_ttl) => ({
    users: usersAt(limits, users),
    redirect_uris: definedTexts(uris.map((at) => limits.redirectUris[at])),
    retailer_ids: retailers.map((at) => limits.retailerIds[at] ?? null),
    min_ttl,
  }));
}

function usersAt({ users }: Limits, indices: readonly number[]): Conditions['users'] {
  if (users.every(({ pattern }) => pattern === '')) return null;
  const patterns = [...new Set(users.map(({ pattern }) => pattern))].toSorted(compareTexts);
  const chosen = new Set(indices.map((at) => users[at]?.pattern ?? ''));
  const covers = (upper: string, lower: string) =>
    upper.endsWith('*') && lower.startsWith(upper.slice(0, -1)) && upper !== lower;
  const subtrees = createForest(patterns, covers)(chosen);
  return { of: subtrees.map(({ top }) => top), except: subtrees.flatMap(({ except }) => except) };
}

function definedTexts(values: ReadonlyArray<string | undefined>): string[] | null {
  const texts = values.filter((value) => value !== undefined);
  return texts.length === 0 ? null : texts.toSorted(compareTexts);
}

/** One interval for each run of neighbours. */
function intervals(minTtlsMs: readonly number[], indices: readonly number[]): Array<Conditions['min_ttl']> {
  const starts = indices.filter((at) => !indices.includes(at - 1));
  return starts.map((start) => {
    let end = start;
    while (indices.includes(end + 1)) end++;
    const over = minTtlsMs[start - 1];
    return {
      over: over === undefined ? null : over / 1000,
      up_to: end === minTtlsMs.length - 1 ? null : (minTtlsMs[end] ?? 0) / 1000,
    };
  });
}

/** `, for every user, X-Retailer-Id the-garden`; empty where nothing is limited. */
export function boxInWords({ users, redirect_uris: uris, retailer_ids: ids, min_ttl }: Conditions): string {
  const named = ids.filter((id) => id !== null);
  const retailer = `X-Retailer-Id ${listInWords(named)}`;
  const phrases = [
    users === null ? [] : `for ${usersInWords(users.of, users.except)}`,
    uris === null ? [] : `${plural('redirect URI', uris)} ${listInWords(uris)}`,
    named.length === 0 ? [] : ids.includes(null) ? retailer : `only with ${retailer}`,
    minTtlInWords(min_ttl),
  ];
  return phrases
    .flat()
    .map((phrase) => `, ${phrase}`)
    .join('');
}

function minTtlInWords({ over, up_to }: Conditions['min_ttl']): string[] {
  if (over === null) return up_to === null ? [] : [`min_ttl up to ${up_to} s`];
  return [`only with min_ttl over ${over} s${up_to === null ? '' : ` and up to ${up_to} s`}`];
}
