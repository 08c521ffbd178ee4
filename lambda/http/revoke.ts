import type { AuditRecord } from '../observability/audit.ts';
import { decideRevocation } from '../policy/decision.ts';
import { clientNamed, type Policy } from '../policy/policy.ts';
import { tokenRule } from '../protocol/contract.ts';
import type { RevokeToken } from '../tokens/revocation.ts';
import { Secret } from '../values/secret.ts';
import type { ApiEvent } from './api-event.ts';
import { knownClient } from './audit-fields.ts';
import { identifyCaller } from './caller.ts';
import { defaultClient } from './default-client.ts';
import { denied } from './denied.ts';
import { type Fields, readFields } from './request-body.ts';
import { fieldError, readText } from './request-fields.ts';
import { revocationError } from './revocation-error.ts';
import type { TimeLimit } from './vend.ts';

export type RevokeDependencies = { policy: Policy; revokeToken: RevokeToken };

/** Adds to the record what it finds out, also where it throws. Throws an OAuthError where the token may live on. */
export type Revoke = (event: ApiEvent, audit: AuditRecord, limit: TimeLimit) => Promise<void>;

/** One revocation: the request, the caller, the policy, the token. */
export function createRevoke({ policy, revokeToken }: RevokeDependencies): Revoke {
  return async function revoke(event, audit, { signal }) {
    const fields = readFields(event);
    const asked = readText(fields, 'client_id');
    audit.add({ client: knownClient(policy, asked) });
    const token = readToken(fields);
    audit.add({ token_sha256: token.sha256() });
    const caller = identifyCaller(event.requestContext.identity);
    const name = asked ?? defaultClient(policy, caller);
    audit.add({ client: knownClient(policy, name) });
    const decision = decideRevocation(policy, caller, name);
    if (!decision.allow) throw denied(policy, caller, { client: name }, decision.reason);
    audit.add({ grant_ids: decision.grantIds });
    const result = await revokeToken({ client: clientNamed(policy, name), token, signal });
    audit.add({ revocation: result, table_fault: result.tableFault });
    const error = revocationError(result);
    if (error !== undefined) throw error;
  };
}

const tokenText = new RegExp(`^${tokenRule}$`);

/** Connect takes any other text for a revoked token. */
function readToken(fields: Fields): Secret {
  const text = readText(fields, 'token');
  if (text === undefined) throw fieldError('token is required.');
  if (tokenText.test(text)) return new Secret(text);
  throw fieldError('token must be printable ASCII without white space.');
}
