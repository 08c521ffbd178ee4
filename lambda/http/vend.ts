import type { Audit, AuditRecord } from '../observability/audit.ts';
import { reasonFields } from '../observability/failure-reason.ts';
import type { Policy } from '../policy/policy.ts';
import type { Token } from '../tokens/token.ts';
import type { CacheStatus, VendToken } from '../tokens/token-cache.ts';
import type { ApiEvent } from './api-event.ts';
import { knownClient } from './audit-fields.ts';
import { authorise } from './authorise.ts';
import { identifyCaller } from './caller.ts';
import { defaultClient } from './default-client.ts';
import { readTokenRequest, type TokenRequest } from './token-request.ts';
import { vendError } from './vend-error.ts';

export type VendDependencies = { policy: Policy; vendToken: VendToken };

/** `deadline`, when the response is due, is on the monotonic clock. */
export type TimeLimit = { signal: AbortSignal; deadline: number };

/** Adds to the record what it finds out, also where it throws. Throws an OAuthError where there is no token. */
export type Vend = (
  event: ApiEvent,
  audit: AuditRecord,
  limit: TimeLimit,
) => Promise<{ token: Token; cacheStatus: CacheStatus }>;

/** One token request from event to token: the request, the caller, the policy, the token. */
export function createVend({ policy, vendToken }: VendDependencies): Vend {
  return async function vend(event, audit, limit) {
    const asked = readTokenRequest(event, policy);
    audit.add(requestFields(asked, policy));
    const caller = identifyCaller(event.requestContext.identity);
    const client = asked.client ?? defaultClient(policy, caller);
    if (asked.client === undefined) audit.add({ client });
    const request = { ...asked, client };
    const { mintRequest, grantIds } = authorise(policy, caller, request);
    const { scopes, retailerId, subject } = mintRequest;
    audit.add({ scopes, retailer_id: retailerId, grant_ids: grantIds });
    const { minTtlMs, refusedTokenSha256: refusedSha256 } = request;
    const result = await vendToken({ mintRequest, minTtlMs, refusedSha256, ...limit });
    audit.add({ mint: result.minted, table_fault: result.tableFault });
    if (result.kind === 'token') return result;
    audit.add({ cause: reasonFields(result.why).cause });
    throw vendError(result, subject);
  };
}

/** Only names that Connect's tables and the policy have: a stranger's own text stays out of the log. */
function requestFields({ client, grantType, scopes }: TokenRequest, policy: Policy): Partial<Audit> {
  return { client: knownClient(policy, client), grant_type: grantType, scopes };
}
