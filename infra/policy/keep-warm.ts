import { decide } from '../../lambda/policy/decision.ts';
import type { KeepWarm, Policy } from '../../lambda/policy/policy.ts';
import type { Identity, Principal } from '../../lambda/policy/principal.ts';
import type { Finding } from './problems.ts';
import type { KeepWarmEntry } from './schema.ts';

/** Each kept token must be one that some caller could ask for: by the function's own evaluator. */
export function* keepWarmFindings(entries: readonly KeepWarmEntry[], policy: Policy): Iterable<Finding> {
  const names = policy.clients.map(({ name }) => name);
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const { client, scopes = [], unscoped, retailerId } = entry;
    const find = (path: PropertyKey[], text: string) => ({ path: ['keepWarm', index, ...path], text });
    const token = JSON.stringify([client, scopes.toSorted(), retailerId]);
    if (!names.includes(client)) yield find(['client'], `no such client: write ${names.join(' or ')}`);
    else if ((entry.scopes === undefined) === (unscoped === undefined)) {
      yield find([], 'names no one token: write scopes: [SCOPE], or unscoped: true');
    } else if (seen.has(token)) yield find([], 'is in this list already: remove one');
    else yield* unaskable(policy, toKeepWarm(entry), find);
    seen.add(token);
  }
}

export function toKeepWarm({ client, scopes = [], retailerId }: KeepWarmEntry): KeepWarm {
  return { client, scopes, ...(retailerId !== undefined && { retailerId }) };
}

function* unaskable(
  policy: Policy,
  { client, scopes, retailerId }: KeepWarm,
  find: (path: PropertyKey[], text: string) => Finding,
): Iterable<Finding> {
  const callers = policy.grants.flatMap(({ principals }) => principals.map(example));
  const grantType = 'client_credentials';
  const askable = (wanted: readonly string[]) =>
    callers.some((caller) => decide(policy, caller, { client, grantType, scopes: wanted, retailerId }).allow);
  const lost = scopes.flatMap((scope, index) => (askable([scope]) ? [] : [index]));
  const where = retailerId === undefined ? '' : ` with retailer id ${retailerId}`;
  const advice = `remove it, or grant it by ${grantType}`;
  for (const index of lost) {
    yield find(['scopes', index], `nobody could ask for ${scopes[index]}${where}: ${advice}`);
  }
  if (lost.length > 0 || askable(scopes)) return;
  if (scopes.length === 0)
    yield find(['unscoped'], `nobody could ask for the token without a scope${where}: ${advice}`);
  else
    yield find(
      ['scopes'],
      'no one caller could ask for all of these: write an entry for each token that is asked for',
    );
}

/** Of the callers that a principal matches, one that every other principal matching any of them matches as well. */
function example({ match, name, ...principal }: Principal): Identity {
  const suffix = match === 'permissionSet' ? '0'.repeat(16) : '';
  return { ...principal, name: name + suffix };
}
