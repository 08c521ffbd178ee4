import { type AccessRequest, decide, decideRevocation } from '../../lambda/policy/decision.ts';
import { grantsTo } from '../../lambda/policy/grants-to.ts';
import type { Grant, Policy } from '../../lambda/policy/policy.ts';
import { matchesPrincipal, type Principal } from '../../lambda/policy/principal.ts';
import type { GrantType } from '../../lambda/protocol/scopes.ts';
import { boxesOf } from './boxes.ts';
import { type StandInCaller, standInCallers } from './callers.ts';
import { type Conditions, conditionsOfBox } from './conditions.ts';
import { createForest, type SubtreesOf } from './forest.ts';
import { limitsOf, requestAt, sizesOf } from './requests.ts';

/** What a caller may do in one policy and may not in the other. */
export type Access =
  | { client: string; grantType: GrantType; scope: string | null; conditions: Conditions }
  | { client: string; revoke: true };

/** Everybody whom `principal` matches, but those whom one of `except` matches, has the access in one policy only. */
export type Difference = { principal: Principal; except: Principal[]; access: Access };

export type Comparison = { gains: Difference[]; losses: Difference[] };

/**
 * Compares what two policies permit, not how they say it. Every request that one of them permits has a stand-in that no
 * principal, user pattern or other condition of the two tells apart from it. The function's evaluator decides on each.
 */
export function comparePolicies(before: Policy, after: Policy): Comparison {
  const principals = [...before.grants, ...after.grants].flatMap((grant) => grant.principals);
  const callers = standInCallers(principals);
  const compareGranted = createCompareGranted();
  const changes = callers.map((caller) => ({
    caller,
    ...compareGranted(
      caller,
      { ...before, grants: grantsTo(before, caller.identity) },
      { ...after, grants: grantsTo(after, caller.identity) },
    ),
  }));
  const subtreesOf = createForest(
    callers,
    (upper, lower) => upper !== lower && matchesPrincipal(upper.closest, lower.identity),
  );
  return {
    gains: gather(
      changes.map(({ caller, gains }) => [caller, gains]),
      subtreesOf,
    ),
    losses: gather(
      changes.map(({ caller, losses }) => [caller, losses]),
      subtreesOf,
    ),
  };
}

type Changes = { gains: Access[]; losses: Access[] };

/** Callers who are granted the same in both policies have the same changes: those are looked for once. */
function createCompareGranted() {
  const known = new Map<string, Changes>();
  const ids = new Map<Grant, number>();
  const idOf = (grant: Grant) => ids.get(grant) ?? ids.set(grant, ids.size).size - 1;
  return (caller: StandInCaller, before: Policy, after: Policy): Changes => {
    const key = JSON.stringify([before.grants.map(idOf), after.grants.map(idOf)]);
    const changes = known.get(key) ?? {
      gains: accessOnlyIn(caller, after, before),
      losses: accessOnlyIn(caller, before, after),
    };
    known.set(key, changes);
    return changes;
  };
}

/** Both policies have only what is granted to the caller. */
function accessOnlyIn(caller: StandInCaller, policy: Policy, other: Policy): Access[] {
  const asked = policy.grants.flatMap(({ client, grantType, scopes, unscoped }) =>
    (unscoped ? [null] : scopes).map((scope) => ({ client, grantType, scope })),
  );
  const once = [...new Map(asked.map((one) => [JSON.stringify(one), one])).values()];
  const clients = [...new Set(policy.grants.map(({ client }) => client))];
  const revokes = clients.filter(
    (client) =>
      decideRevocation(policy, caller.identity, client).allow &&
      !decideRevocation(other, caller.identity, client).allow,
  );
  return [
    ...once.flatMap((target) => conditionsOnlyIn(caller, target, policy, other)),
    ...revokes.map((client) => ({ client, revoke: true }) as const),
  ];
}

type Target = { client: string; grantType: GrantType; scope: string | null };

function conditionsOnlyIn({ identity }: StandInCaller, target: Target, policy: Policy, other: Policy) {
  const { client, grantType, scope } = target;
  const concerned = [...policy.grants, ...other.grants].filter(
    (grant) => grant.client === client && grant.grantType === grantType,
  );
  const limits = limitsOf(concerned);
  const boxes = boxesOf(sizesOf(limits), (cell) => {
    const scopes = scope === null ? [] : [scope];
    const request: AccessRequest = { client, grantType, scopes, ...requestAt(limits, cell) };
    return decide(policy, identity, request).allow && !decide(other, identity, request).allow;
  });
  return boxes
    .flatMap((box) => conditionsOfBox(limits, box))
    .map((conditions) => ({ ...target, conditions }));
}

/** One difference for each access and for each principal, unless a wider principal has the same difference. */
function gather(
  accesses: ReadonlyArray<readonly [StandInCaller, readonly Access[]]>,
  subtreesOf: SubtreesOf<StandInCaller>,
): Difference[] {
  const holders = new Map<string, { access: Access; chosen: Set<StandInCaller> }>();
  for (const [caller, found] of accesses) {
    for (const access of found) {
      const key = JSON.stringify(access);
      const known = holders.get(key) ?? { access, chosen: new Set() };
      known.chosen.add(caller);
      holders.set(key, known);
    }
  }
  return [...holders.values()].flatMap(({ access, chosen }) =>
    subtreesOf(chosen).map(({ top, except }) => ({
      principal: top.closest,
      except: except.map(({ closest }) => closest),
      access,
    })),
  );
}
