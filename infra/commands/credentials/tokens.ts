import type { Client, Policy } from '../../../lambda/policy/policy.ts';
import type { GrantType } from '../../../lambda/protocol/scopes.ts';
import type { MintRequest } from '../../../lambda/tokens/mint-request.ts';
import { nearest } from '../../files/nearest.ts';
import { UsageError } from '../command-line.ts';

/** A token that the pair alone cannot get, and what else it takes. */
export type Unchecked = { scopes: readonly string[]; grantType: GrantType; needs: string };

const needs: Record<Exclude<GrantType, 'client_credentials'>, string> = {
  fulfillment_user_assertion: 'a user',
  'urn:ietf:params:oauth:grant-type:retailer-json-bearer': "a retailer's assertion",
  authorization_code: 'a code',
};

/** The named client, or the only one. Throws UsageError. */
export function clientToCheck({ clients }: Policy, wanted: string | undefined): Client {
  const names = clients.map(({ name }) => name);
  const [only, ...others] = clients;
  if (wanted === undefined) {
    if (only !== undefined && others.length === 0) return only;
    throw new UsageError(`The policy has several clients: pass --client with ${names.join(' or ')}`);
  }
  const client = clients.find(({ name }) => name === wanted);
  if (client !== undefined) return client;
  const advice = nearest(wanted, names) ?? names.join(' or ');
  throw new UsageError(`--client: the policy has no client of this name: write ${advice}`);
}

/**
 * What the policy lets callers have of a client: each scope by itself, the unscoped token, and the combinations and retailer
 * ids that `keepWarm` names. Throws UsageError where the pair alone gets none of them.
 */
export function tokensOf(
  policy: Policy,
  client: Client,
): { checkable: MintRequest[]; unchecked: Unchecked[] } {
  const grants = policy.grants.filter((grant) => grant.client === client.name);
  const granted = grants.flatMap(({ grantType, scopes, unscoped }) => [
    ...scopes.map((scope) => ({ grantType, scopes: [scope], retailerId: undefined })),
    ...(unscoped ? [{ grantType, scopes: [], retailerId: undefined }] : []),
  ]);
  const kept = policy.keepWarm
    .filter((entry) => entry.client === client.name)
    .map(({ scopes, retailerId }) => ({ grantType: 'client_credentials' as const, scopes, retailerId }));
  const checkable: MintRequest[] = [];
  const unchecked: Unchecked[] = [];
  for (const token of withoutRepeats([...granted, ...kept])) {
    const { grantType, scopes } = token;
    if (grantType === 'client_credentials')
      checkable.push({ ...token, client, subject: { kind: 'application' } });
    else unchecked.push({ scopes, grantType, needs: needs[grantType] });
  }
  if (checkable.length === 0) {
    throw new UsageError(
      `The policy grants no token of ${client.name} by client_credentials, and others need more than the pair: nothing can be checked`,
    );
  }
  return { checkable, unchecked };
}

function withoutRepeats<T extends Pick<MintRequest, 'grantType' | 'scopes' | 'retailerId'>>(
  tokens: readonly T[],
): T[] {
  const keyed = tokens.map((token): [string, T] => {
    const { grantType, scopes, retailerId } = token;
    return [JSON.stringify([grantType, scopes.toSorted(), retailerId]), token];
  });
  return [...new Map(keyed).values()];
}
