import type { Audit, AuditRecord } from '../observability/audit.ts';
import type { Policy } from '../policy/policy.ts';
import type { Token } from '../tokens/token.ts';
import type { CacheStatus, VendRequest, VendResult } from '../tokens/tokens.ts';
import type { ApiEvent } from './api-event.ts';
import { authorise } from './authorise.ts';
import { identifyCaller, parseCallerArn } from './caller.ts';
import { readTokenRequest, type TokenRequest } from './token-request.ts';
import { vendError } from './vend-error.ts';

export type VendDependencies = { policy: Policy; vendToken: (request: VendRequest) => Promise<VendResult> };

/** Adds to the record what it finds out, also where it throws. Throws an OAuthError where there is no token. */
export type Vend = (
  event: ApiEvent,
  audit: AuditRecord,
  signal: AbortSignal,
) => Promise<{ token: Token; cacheStatus: CacheStatus }>;

/** One token request from event to token: the request, the caller, the policy, the token. */
export function createVend({ policy, vendToken }: VendDependencies): Vend {
  return async function vend(event, audit, signal) {
    const { identity } = event.requestContext;
    audit.add(callerFields(identity));
    const request = readTokenRequest(event, policy);
    audit.add(requestFields(request, policy));
    const caller = identifyCaller(identity);
    const { mintRequest, grantIds } = authorise(policy, caller, request);
    const { scopes, retailerId, subject } = mintRequest;
    audit.add({ scopes, retailer_id: retailerId, grant_ids: grantIds });
    const { minTtlMs: minTtl, refusedTokenSha256: refused } = request;
    const result = await vendToken({ order: mintRequest, minTtl, refused, signal });
    audit.add({ mint: result.mint, table_fault: result.tableFault?.message });
    if (result.kind !== 'token') throw vendError(result, subject);
    return { token: result.token, cacheStatus: result.level };
  };
}

/** For the record alone: the sender of a malformed request, or of a secret in it, can be found too. */
function callerFields({ userArn, accountId }: ApiEvent['requestContext']['identity']): Partial<Audit> {
  const caller = parseCallerArn(userArn ?? '');
  if (caller !== undefined) return { caller: caller.arn, account: caller.account };
  const account = accountId ?? '';
  return { account: /^\d{12}$/.test(account) ? account : undefined };
}

/** Only names that Connect's tables and the policy have: a stranger's own text stays out of the log. */
function requestFields({ client, grantType, scopes }: TokenRequest, { clients }: Policy): Partial<Audit> {
  const isKnown = clients.some(({ name }) => name === client);
  return { client: isKnown ? client : undefined, grant_type: grantType, scopes };
}
