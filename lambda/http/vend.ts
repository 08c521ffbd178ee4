import type { Audit } from '../observability/audit.ts';
import { clientNamed, type DenialReason, decide, grantedScopes, type Policy } from '../policy/policy.ts';
import type { MintRequest } from '../tokens/mint-request.ts';
import type { Token } from '../tokens/token.ts';
import type { CacheStatus, VendRequest, VendResult } from '../tokens/tokens.ts';
import type { ApiEvent } from './api-event.ts';
import { type Caller, identifyCaller, parseCallerArn } from './caller.ts';
import { OAuthError } from './oauth-error.ts';
import { readRequest, type TokenRequest } from './token-request.ts';
import { refusalOf } from './vend-errors.ts';

export type VendDependencies = { policy: Policy; vendToken: (request: VendRequest) => Promise<VendResult> };

export type Vend = (
  event: ApiEvent,
  audit: Audit,
  signal: AbortSignal,
) => Promise<{ token: Token; level: CacheStatus }>;

/** One token request from event to token: read, who is calling, may they, vend. Throws OAuthError. */
export function createVend({ policy, vendToken }: VendDependencies): Vend {
  return async function vend(event, audit, signal) {
    const { identity } = event.requestContext;
    Object.assign(audit, callerFields(identity));
    const request = readRequest(event, policy);
    Object.assign(audit, requestFields(request, policy));
    const caller = identifyCaller(identity);
    const order = authorise(policy, caller, request, audit);
    const { minTtl, refused } = request;
    const vended = await vendToken({ order, minTtl, refused, signal });
    if (vended.tableFault) audit.table_fault = vended.tableFault.message;
    if (vended.mint !== undefined) audit.mint = vended.mint;
    if (vended.kind !== 'token') throw refusalOf(vended, order);
    return vended;
  };
}

/** For the record alone: whoever sends a malformed request, or a secret in it, is to be found too. */
function callerFields({ userArn, accountId }: ApiEvent['requestContext']['identity']): Partial<Audit> {
  const caller = parseCallerArn(userArn ?? '');
  if (caller !== undefined) return { caller: caller.arn, account: caller.account };
  return /^\d{12}$/.test(accountId ?? '') ? { account: accountId as string } : {};
}

/** What a stranger may have written in our log: only names that our own tables and policy have. */
function requestFields({ client, grantType, scopes }: TokenRequest, { clients }: Policy): Partial<Audit> {
  const known = clients.some(({ name }) => name === client);
  return { ...(known && { client }), grant_type: grantType, ...(scopes && { scopes }) };
}

function authorise(policy: Policy, caller: Caller, request: TokenRequest, audit: Audit): MintRequest {
  const { grantType, retailerId, subject } = request;
  const scopes = request.scopes ?? defaultScopes(policy, caller, request);
  const decision = decide(policy, caller, {
    client: request.client,
    grantType,
    scopes,
    retailerId,
    userId: subject.kind === 'user' ? subject.userId : undefined,
    redirectUri: subject.kind === 'code' ? subject.redirectUri : undefined,
  });
  if (!decision.allow) throw notGranted(decision.mismatch);
  Object.assign(audit, { scopes, retailer_id: retailerId, grant_ids: decision.grantIds });
  return { client: clientNamed(policy, request.client), grantType, scopes, retailerId, subject };
}

/** Unscoped if that is granted, else the one granted scope: never "everything" by accident. */
function defaultScopes(policy: Policy, caller: Caller, request: TokenRequest): string[] {
  const granted = grantedScopes(policy, caller, request);
  if (!granted.allow) throw notGranted(granted.mismatch);
  if (granted.unscoped) return [];
  if (granted.scopes.length === 1) return granted.scopes;
  throw new OAuthError(
    'invalid_scope',
    'scope_needed',
    `Name a scope. You are granted: ${granted.scopes.join(', ')}.`,
  );
}

const mismatches: Record<DenialReason, string> = {
  caller: 'The policy grants this caller nothing.',
  client: 'The policy grants this caller no such client_id.',
  grant_type: 'The policy grants this caller no such grant_type for this client.',
  scope: 'The policy grants this caller no such scope by this grant_type, or no token without a scope.',
  user: 'The policy grants this caller no such user.',
  redirect_uri: 'The policy grants this caller no such redirect_uri.',
  retailer_id: 'The policy grants this caller no such X-Retailer-Id.',
};

function notGranted(mismatch: DenialReason): OAuthError {
  return new OAuthError('unauthorized_client', mismatch, mismatches[mismatch]);
}
