import { decide } from '../../lambda/policy/decision.ts';
import type { ApplicationToken, Grant, Policy, Prober } from '../../lambda/policy/policy.ts';
import { connectScopes } from '../../lambda/protocol/scopes.ts';
import type { Finding } from '../files/problems.ts';
import { stackRoleRule } from './principal-pattern.ts';
import type { PolicyFile, ProberEntry } from './schema.ts';

const grantType = 'client_credentials';
/** The id of the grant that the compiler adds for the prober. */
export const proberGrantId = 'prober';

const stackRole = new RegExp(stackRoleRule);

/** The policy with the prober, and a grant of the token that it is vended. */
export function withProber(policy: Policy, { role }: ProberEntry): Policy {
  const [kept] = policy.keepWarm;
  if (kept === undefined) return policy;
  const grant: Grant = {
    id: proberGrantId,
    principals: [role.principal],
    client: kept.client,
    grantType,
    scopes: kept.scopes,
    unscoped: kept.scopes.length === 0,
    retailerIds: kept.retailerId === undefined ? [] : [kept.retailerId],
    users: [],
    redirectUris: [],
    revoke: false,
  };
  const granted = { ...policy, grants: [...policy.grants, grant] };
  const ungrantedScope = scopeWithoutGrant(granted, kept, role.principal);
  const prober: Prober = {
    client: kept.client,
    scopes: kept.scopes,
    ...(kept.retailerId !== undefined && { retailerId: kept.retailerId }),
    ungrantedScope: ungrantedScope ?? '',
  };
  return { ...granted, prober };
}

/** Checks what the prober needs of the rest of the file. */
export function* proberFindings(
  { prober, grants, keepWarm = [] }: PolicyFile,
  policy: Policy,
): Iterable<Finding> {
  if (prober === undefined) return;
  const find = (text: string): Finding => ({ path: ['prober', 'role'], text });
  if (!stackRole.test(prober.role.arn)) {
    yield find('must be one role, which the stack makes: write arn:aws:iam::111122223333:role/NAME');
  }
  if (keepWarm.length === 0) {
    yield { path: ['prober'], text: 'has no token to ask for: write keepWarm, or remove the prober' };
  } else if (policy.prober?.ungrantedScope === '') {
    yield find(
      'is granted every scope of client_credentials, so that nothing can be refused: name a role of its own',
    );
  }
  for (const [index, { id }] of grants.entries()) {
    if (id !== proberGrantId) continue;
    yield { path: ['grants', index, 'id'], text: "is the id of the prober's own grant: write another" };
  }
}

/**
 * A scope of Connect's that no grant gives this role for this client; if there is one, a scope that nothing keeps warm. So it
 * stays the same where the order of keepWarm changes, and the version before a deployment refuses it as well.
 */
function scopeWithoutGrant(
  policy: Policy,
  { client }: ApplicationToken,
  caller: ProberEntry['role']['principal'],
): string | undefined {
  const scopes = Object.keys(connectScopes).filter((scope) => connectScopes[scope]?.includes(grantType));
  const kept = new Set(policy.keepWarm.flatMap((entry) => entry.scopes));
  const order = [...scopes.filter((scope) => !kept.has(scope)), ...scopes.filter((scope) => kept.has(scope))];
  return order.find((scope) => !decide(policy, caller, { client, grantType, scopes: [scope] }).allow);
}
