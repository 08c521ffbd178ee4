import type { Grant, Policy } from './policy.ts';
import { type Identity, matchesPrincipal, type Principal } from './principal.ts';

/** A grant, by its place in the policy, and one of its principals. */
type Entry = { at: number; principal: Principal };

/** What is granted in one account to its roles, or to its users. */
type Bucket = {
  /** Places of grants, by the whole name of a principal. */
  exact: Map<string, number[]>;
  /** Grants to patterns, by the text that a name has to begin with. */
  patterns: Map<string, Entry[]>;
  /** The lengths of these texts: 64 at most, since no name is longer. */
  lengths: Set<number>;
};

type Index = ReadonlyMap<string, Bucket>;

/**
 * Every grant to this caller, whatever it is for, in the order of the policy. It looks them up in an index, so that the
 * cost does not grow with the policy.
 */
export function grantsTo({ grants }: Policy, caller: Identity): Grant[] {
  const bucket = indexOf(grants).get(bucketKey(caller));
  if (bucket === undefined) return [];
  const places = new Set(bucket.exact.get(caller.name));
  for (const length of bucket.lengths) {
    for (const { at, principal } of bucket.patterns.get(caller.name.slice(0, length)) ?? [])
      if (matchesPrincipal(principal, caller)) places.add(at);
  }
  return [...places].sort((one, other) => one - other).flatMap((at) => grants[at] ?? []);
}

/** No grant changes after the policy was read, so one index serves as long as the grants live. */
const indexes = new WeakMap<readonly Grant[], Index>();

function indexOf(grants: readonly Grant[]): Index {
  const known = indexes.get(grants);
  if (known !== undefined) return known;
  const index = createIndex(grants);
  indexes.set(grants, index);
  return index;
}

function createIndex(grants: readonly Grant[]): Index {
  const index = new Map<string, Bucket>();
  for (const [at, { principals }] of grants.entries()) {
    for (const principal of principals) {
      const { exact, patterns, lengths } = entryOf(index, bucketKey(principal), emptyBucket);
      if (principal.match === 'exact') {
        entryOf(exact, principal.name, () => []).push(at);
      } else {
        entryOf(patterns, principal.name, () => []).push({ at, principal });
        lengths.add(principal.name.length);
      }
    }
  }
  return index;
}

function emptyBucket(): Bucket {
  return { exact: new Map(), patterns: new Map(), lengths: new Set() };
}

function bucketKey({ partition, account, kind }: Identity): string {
  return `${partition} ${account} ${kind}`;
}

function entryOf<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
