import type { Policy } from '../policy/policy.ts';
import { type GrantType, grantTypes } from '../protocol/scopes.ts';
import type { Subject } from '../tokens/mint-request.ts';
import type { ApiEvent } from './api-event.ts';
import { OAuthError } from './oauth-error.ts';
import { type Fields, readFields } from './request-body.ts';
import {
  fieldError,
  readMinTtlMs,
  readRefusedTokenHash,
  readRetailerId,
  readText,
} from './request-fields.ts';
import { readScopes } from './request-scopes.ts';
import { readSubject } from './request-subject.ts';

/** What a caller asks for: well formed, but not yet authorised. */
export type TokenRequest = {
  /** A client's name. The policy may have no such client. Undefined where the request names none. */
  client: string | undefined;
  grantType: GrantType;
  /** Sorted; Connect issues each one by this grant type. Undefined where the request names none. */
  scopes: readonly string[] | undefined;
  /** The least remaining life that the caller accepts. */
  minTtlMs: number;
  /** SHA-256, in lower-case hex, of a token that Connect refused, according to the caller. */
  refusedTokenSha256: string | undefined;
  retailerId: string | undefined;
  subject: Subject;
};

/**
 * Reads a token request in the order of the contract: content type, size, fields, grant type, scope.
 * Throws an OAuthError for the first thing that is wrong.
 */
export function readTokenRequest(event: ApiEvent, policy: Policy): TokenRequest {
  const fields = readFields(event);
  const client = readText(fields, 'client_id');
  const minTtlMs = readMinTtlMs(fields);
  const refusedTokenSha256 = readRefusedTokenHash(fields);
  const retailerId = readRetailerId(event);
  const scope = readText(fields, 'scope');
  const grantType = readGrantType(fields);
  const subject = readSubject(fields, grantType);
  const scopes = scope === undefined ? undefined : readScopes(scope, grantType, policy);
  return { client, grantType, scopes, minTtlMs, refusedTokenSha256, retailerId, subject };
}

function readGrantType(fields: Fields): GrantType {
  const text = readText(fields, 'grant_type');
  if (text === undefined) throw fieldError('grant_type is required.');
  const grantType = grantTypes.find((known) => known === text);
  if (grantType !== undefined) return grantType;
  throw new OAuthError('unsupported_grant_type', `grant_type must be one of: ${grantTypes.join(', ')}.`);
}
