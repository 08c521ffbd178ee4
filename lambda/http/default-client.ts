import { clientsGrantedTo } from '../policy/decision.ts';
import type { Policy } from '../policy/policy.ts';
import type { Identity } from '../policy/principal.ts';
import { shortList } from '../values/short-list.ts';
import { denied } from './denied.ts';
import { OAuthError } from './oauth-error.ts';

/**
 * The client of a request that names none: the one client that this caller is granted, by whatever grant type. So a
 * client that is added to the policy changes nothing for the callers of another one.
 */
export function defaultClient(policy: Policy, caller: Identity): string {
  const clients = clientsGrantedTo(policy, caller);
  const [client, ...others] = clients;
  if (client === undefined) throw denied(policy, caller, {}, 'caller');
  if (others.length === 0) return client;
  throw new OAuthError('client_needed', `Send client_id. You are granted: ${shortList(clients)}.`);
}
