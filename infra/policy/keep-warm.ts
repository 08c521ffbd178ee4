import { decide } from '../../lambda/policy/decision.ts';
import type { KeepWarm, Policy } from '../../lambda/policy/policy.ts';
import type { Identity, Principal } from '../../lambda/policy/principal.ts';
import type { Finding } from '../files/problems.ts';
import type { KeepWarmEntry } from './schema.ts';

/** Checks, with the function's own evaluator, that some caller could ask for each kept token. */
export function* keepWarmFindings(entries: readonly KeepWarmEntry[], policy: Policy): Iterable<Finding> {
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const { client, scopes = [], unscoped, retailerId } = entry;
    const find = (path: PropertyKey[], text: string) => ({ path: ['keepWarm', index, ...path], text });
    const token = JSON.stringify([client, scopes.toSorted(), retailerId]);
    if ((entry.scopes === undefined) === (unscoped === undefined)) {
      yield find([], 'must name exactly one token: write scopes: [SCOPE], or unscoped: true');
    } else if (seen.has(token)) yield find([], 'repeats an earlier entry: remove one of them');
    else yield* ungranted(policy, toKeepWarm(entry), find);
    seen.add(token);
  }
}

export function toKeepWarm({ client, scopes = [], retailerId, minTtl }: KeepWarmEntry): KeepWarm {
  return {
    client,
    scopes,
    ...(retailerId !== undefined && { retailerId }),
    ...(minTtl !== undefined && { minTtlMs: minTtl * 1000 }),
  };
}

function* ungranted(
  policy: Policy,
  { client, scopes, retailerId, minTtlMs = 0 }: KeepWarm,
  find: (path: PropertyKey[], text: string) => Finding,
): Iterable<Finding> {
  const callers = policy.grants.flatMap(({ principals }) => principals.map(example));
  const grantType = 'client_credentials';
  const isGranted = (wanted: readonly string[], withMinTtlMs = 0) => {
    const access = { client, grantType, scopes: wanted, retailerId, minTtlMs: withMinTtlMs } as const;
    return callers.some((caller) => decide(policy, caller, access).allow);
  };
  const missing = scopes.flatMap((scope, index) => (isGranted([scope]) ? [] : [index]));
  const where = retailerId === undefined ? '' : ` with retailer id ${retailerId}`;
  const advice = 'remove it, or add such a grant';
  for (const index of missing) {
    yield find(
      ['scopes', index],
      `no grant with grantType ${grantType} covers ${scopes[index]}${where}: ${advice}`,
    );
  }
  if (missing.length > 0 || isGranted(scopes, minTtlMs)) return;
  if (isGranted(scopes)) {
    yield find(
      ['minTtl'],
      'is more than any grant lets a caller ask for: lower it, or raise their maxMinTtl',
    );
    return;
  }
  if (scopes.length === 0)
    yield find(
      ['unscoped'],
      `no grant with grantType ${grantType} covers the token without a scope${where}: ${advice}`,
    );
  else
    yield find(
      ['scopes'],
      'no caller is granted all of these scopes together: write an entry for each token',
    );
}

/** A caller that `principal` matches, and so does every other principal that matches any of its callers. */
function example({ match, name, ...principal }: Principal): Identity {
  const suffix = match === 'permissionSet' ? '0'.repeat(16) : '';
  return { ...principal, name: name + suffix };
}
