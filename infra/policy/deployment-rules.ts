import type { Finding } from '../files/problems.ts';
import type { Checks } from './checks.ts';
import type { Clients } from './client-rules.ts';
import type { GrantEntry } from './grant-schema.ts';
import type { Draft } from './structure.ts';
import { isOnThisMachine } from './urls.ts';

/** Checks what a deployment asks of a policy, and the local stack does not. */
export function* deploymentRules(
  clients: Clients,
  grants: ReadonlyArray<Draft<GrantEntry>>,
  { target, secretsOfOtherStages = new Map() }: Checks,
): Iterable<Finding> {
  if (target === 'local') return;
  for (const [name, { fields }] of clients) {
    const { baseUrl, secretName } = fields;
    if (baseUrl !== undefined && isOnThisMachine(baseUrl)) {
      const text =
        'is on this machine, where a deployed function cannot reach it: write https://connect.instacart.com, or the development server that Instacart gave you';
      yield { path: ['clients', name, 'baseUrl'], text };
    }
    const other = secretName === undefined ? undefined : secretsOfOtherStages.get(secretName);
    if (other !== undefined) {
      yield {
        path: ['clients', name, 'secretName'],
        text: `${other} has a secret of this name too: write another`,
      };
    }
  }
  for (const [index, { fields }] of grants.entries()) {
    for (const [uri, text] of (fields.redirectUris ?? []).entries()) {
      if (!text.startsWith('http:')) continue;
      yield {
        path: ['grants', index, 'redirectUris', uri],
        text: 'must be https in a deployment; http on loopback is for the local stack: write the https URI, as registered with Instacart',
      };
    }
  }
}
