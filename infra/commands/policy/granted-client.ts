import { grantsTo } from '../../../lambda/policy/grants-to.ts';
import type { Policy } from '../../../lambda/policy/policy.ts';
import type { Identity } from '../../../lambda/policy/principal.ts';
import { UsageError } from '../command-line.ts';

/** The client that is asked for; else the policy's only one; else the only one that the caller is granted. */
export function chooseClient(
  policy: Policy,
  caller: Identity,
  given: string | undefined,
): { client: string } {
  if (given !== undefined) return { client: given };
  const granted = [...new Set(grantsTo(policy, caller).map(({ client }) => client))].sort();
  if (granted.length > 1) {
    throw new UsageError(`--client is needed: the caller is granted ${granted.join(' and ')}`);
  }
  const client = granted[0] ?? policy.clients[0]?.name;
  if (client === undefined) throw new Error('Every policy has a client');
  return { client };
}
