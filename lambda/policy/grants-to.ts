import type { Grant, Policy } from './policy.ts';
import { type Identity, matchesPrincipal, type Principal } from './principal.ts';

/** A grant, by its place in the policy, and one of its principals. */
type Entry = { at: number; principal: Principal };

/** The principals of one account. */
type Index = {
  /** By their name, which in a pattern is the text that a caller's name has to begin with. */
  byName: Map<string, Entry[]>;
  /** The lengths of the patterns: 64 at most, since no name is longer. */
  patternLengths: Set<number>;
};

/**
 * Every grant to this caller, whatever it is for, in the order of the policy. An index by account and name narrows them
 * down, so that the cost does not grow with the policy; `matchesPrincipal` decides.
 */
export function grantsTo({ grants }: Policy, caller: Identity): Grant[] {
  const index = indexesOf(grants).get(caller.account);
  if (index === undefined) return [];
  const { byName, patternLengths } = index;
  const places = new Set<number>();
  const addMatching = (name: string) => {
    for (const { at, principal } of byName.get(name) ?? [])
      if (matchesPrincipal(principal, caller)) places.add(at);
  };
  addMatching(caller.name);
  for (const length of patternLengths) addMatching(caller.name.slice(0, length));
  return [...places].sort((one, other) => one - other).flatMap((at) => grants[at] ?? []);
}

/** By the grants of a policy, which never change: one set of indexes serves as long as they live. */
const known = new WeakMap<readonly Grant[], Map<string, Index>>();

function indexesOf(grants: readonly Grant[]): Map<string, Index> {
  const found = known.get(grants);
  if (found !== undefined) return found;
  const created = createIndexes(grants);
  known.set(grants, created);
  return created;
}

/** One index for each account. */
function createIndexes(grants: readonly Grant[]): Map<string, Index> {
  const indexes = new Map<string, Index>();
  for (const [at, { principals }] of grants.entries()) {
    for (const principal of principals) {
      const { account, name, match } = principal;
      const index: Index = indexes.get(account) ?? { byName: new Map(), patternLengths: new Set() };
      indexes.set(account, index);
      index.byName.set(name, [...(index.byName.get(name) ?? []), { at, principal }]);
      if (match !== 'exact') index.patternLengths.add(name.length);
    }
  }
  return indexes;
}
