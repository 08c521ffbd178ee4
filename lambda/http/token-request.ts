import type { Policy } from '../policy/policy.ts';
import { descriptions, tokenPath } from '../protocol/contract.ts';
import { type GrantType, grantTypes } from '../protocol/scopes.ts';
import type { Subject } from '../tokens/mint-request.ts';
import { type ApiEvent, queryNames, routePath } from './api-event.ts';
import { OAuthError } from './oauth-error.ts';
import { type Fields, readBody } from './request-body.ts';
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
 * Reads a token request in the order of the contract: query, route, content type, size, fields, grant type, scope.
 * Throws an OAuthError for the first thing that is wrong.
 */
export function readTokenRequest(event: ApiEvent, policy: Policy): TokenRequest {
  rejectQuery(event);
  requireRoute(event);
  const fields = readBody(event);
  rejectCredentials(fields);
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

const forbiddenInQuery = new Set([
  'client_id',
  'client_secret',
  'client_assertion',
  'grant_type',
  'scope',
  'code',
  'redirect_uri',
  'assertion',
  'refresh_token',
  'token',
  'access_token',
]);

function rejectQuery(event: ApiEvent): void {
  if (!queryNames(event).some((name) => forbiddenInQuery.has(name.toLowerCase()))) return;
  throw new OAuthError(
    'query',
    'Query strings end up in logs: send token request fields in the body, and rotate every secret that was in the query.',
  );
}

function requireRoute(event: ApiEvent): void {
  if (routePath(event) !== tokenPath) {
    throw new OAuthError('path', descriptions.noSuchPath);
  }
  if (event.httpMethod !== 'POST') throw new OAuthError('method', 'Use POST.', { Allow: 'POST' });
}

function rejectCredentials(fields: Fields): void {
  for (const name of ['client_secret', 'client_assertion']) {
    if (!fields.has(name)) continue;
    throw new OAuthError(
      'credential_in_body',
      `Remove ${name}: your AWS signature is your credential here. Rotate the ${name} that you sent.`,
    );
  }
}

function readGrantType(fields: Fields): GrantType {
  const text = readText(fields, 'grant_type');
  if (text === undefined) throw fieldError('grant_type is required.');
  const grantType = grantTypes.find((known) => known === text);
  if (grantType !== undefined) return grantType;
  throw new OAuthError('unsupported_grant_type', `grant_type must be one of: ${grantTypes.join(', ')}.`);
}
