import type { Policy } from '../policy/policy.ts';
import { descriptions, tokenPath } from '../protocol/contract.ts';
import { retailerIdRule } from '../protocol/names.ts';
import { connectScopes, type GrantType, grantTypes, grantTypesOf, splitScopes } from '../protocol/scopes.ts';
import { decodeUserAssertion, isUserId } from '../protocol/user-assertion.ts';
import type { Subject } from '../tokens/mint-request.ts';
import { Secret } from '../values/secret.ts';
import { type ApiEvent, headerValues, queryNames, routePath } from './api-event.ts';
import { OAuthError } from './oauth-error.ts';
import { type Fields, readBody } from './request-body.ts';

/** What a caller asked for, well formed but not yet authorised. */
export type TokenRequest = {
  /** A client's name; not necessarily one that the policy has. */
  client: string;
  grantType: GrantType;
  /** Sorted, each one that Connect gives by this grant type; undefined where the request names none. */
  scopes: string[] | undefined;
  /** Least remaining life in milliseconds that the caller will take. */
  minTtl: number;
  /** SHA-256, in lower-case hex, of a token that Connect refused, as the caller says. */
  refused: string | undefined;
  retailerId: string | undefined;
  subject: Subject;
};

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
const maxMinTtlSeconds = 7200;
const retailerIdPattern = new RegExp(`^${retailerIdRule}$`, 'u');

/** Reads a token request in the order of the contract: query, route, content type, size, fields, grant, scope. */
export function readRequest(event: ApiEvent, policy: Policy): TokenRequest {
  refuseCredentialsInQuery(event);
  requireRoute(event);
  const fields = readBody(event);
  refuseCredentialsInBody(fields);
  const client = readClient(fields, policy);
  const minTtl = readMinTtl(fields);
  const refused = readRefused(fields);
  const retailerId = readRetailerId(event);
  const scope = readText(fields, 'scope');
  const grantType = readGrantType(fields);
  const subject = readSubject(fields, grantType);
  const scopes = scope === undefined ? undefined : readScopes(scope, grantType, policy);
  return { client, grantType, scopes, minTtl, refused, retailerId, subject };
}

function refuseCredentialsInQuery(event: ApiEvent): void {
  if (!queryNames(event).some((name) => forbiddenInQuery.has(name.toLowerCase()))) return;
  throw new OAuthError(
    'query_params_forbidden',
    'query',
    'Token request fields in the query string end up in logs: send them in the body, and rotate what was sent.',
  );
}

function requireRoute(event: ApiEvent): void {
  if (routePath(event) !== tokenPath) {
    throw new OAuthError('invalid_request', 'path', descriptions.noSuchPath, {
      status: 404,
    });
  }
  if (event.httpMethod !== 'POST') {
    throw new OAuthError('invalid_request', 'method', 'Use POST.', {
      status: 405,
      headers: { Allow: 'POST' },
    });
  }
}

function refuseCredentialsInBody(fields: Fields): void {
  for (const name of ['client_secret', 'client_assertion']) {
    if (!fields.has(name)) continue;
    throw new OAuthError(
      'invalid_request',
      'credential_in_body',
      `Remove ${name}: your AWS signature is your credential here. Rotate the one that was sent.`,
    );
  }
}

function readText(fields: Fields, name: string): string | undefined {
  const value = fields.get(name);
  if (value === undefined || typeof value === 'string') return value;
  throw wrongField(`${name} must be a string.`);
}

function requireText(fields: Fields, name: string, grantType: GrantType): string {
  const value = readText(fields, name);
  if (value !== undefined) return value;
  throw wrongField(`${name} is required for grant_type ${grantType}.`);
}

function wrongField(description: string): OAuthError {
  return new OAuthError('invalid_request', 'field', description);
}

function readClient(fields: Fields, { clients }: Policy): string {
  const name = readText(fields, 'client_id') ?? (clients.length === 1 ? clients[0]?.name : undefined);
  if (name !== undefined) return name;
  throw wrongField('client_id is required: the policy has several clients. It is the name of one of them.');
}

function readMinTtl(fields: Fields): number {
  const value = fields.get('min_ttl');
  if (value === undefined) return 0;
  const seconds = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : value;
  if (
    typeof seconds === 'number' &&
    Number.isInteger(seconds) &&
    seconds >= 0 &&
    seconds <= maxMinTtlSeconds
  ) {
    return seconds * 1000;
  }
  throw wrongField(`min_ttl must be whole seconds, 0 to ${maxMinTtlSeconds}.`);
}

function readRefused(fields: Fields): string | undefined {
  const hash = readText(fields, 'refused_token_sha256')?.toLowerCase();
  if (hash === undefined || /^[0-9a-f]{64}$/.test(hash)) return hash;
  throw wrongField('refused_token_sha256 must be the SHA-256 of the token in hex, not the token itself.');
}

function readRetailerId(event: ApiEvent): string | undefined {
  const [retailerId = '', ...more] = headerValues(event, 'x-retailer-id').map((value) => value.trim());
  if (more.length > 0) throw wrongField('Send X-Retailer-Id once.');
  if (retailerId === '') return undefined;
  if (retailerIdPattern.test(retailerId)) return retailerId;
  throw wrongField('X-Retailer-Id must be printable ASCII without spaces, at most 128 characters.');
}

function readGrantType(fields: Fields): GrantType {
  const text = readText(fields, 'grant_type');
  if (text === undefined) throw wrongField('grant_type is required.');
  const grantType = grantTypes.find((known) => known === text);
  if (grantType !== undefined) return grantType;
  throw new OAuthError(
    'unsupported_grant_type',
    'unsupported_grant_type',
    `grant_type must be one of: ${grantTypes.join(', ')}.`,
  );
}

function readSubject(fields: Fields, grantType: GrantType): Subject {
  switch (grantType) {
    case 'client_credentials':
      return { kind: 'application' };
    case 'fulfillment_user_assertion':
      return { kind: 'user', userId: readUserId(fields, grantType) };
    case 'urn:ietf:params:oauth:grant-type:retailer-json-bearer':
      return { kind: 'opaque', assertion: new Secret(requireText(fields, 'assertion', grantType)) };
    case 'authorization_code':
      return {
        kind: 'code',
        code: new Secret(requireText(fields, 'code', grantType)),
        redirectUri: requireText(fields, 'redirect_uri', grantType),
      };
  }
}

function readUserId(fields: Fields, grantType: GrantType): string {
  const userId = readText(fields, 'user_id');
  if (userId === undefined) {
    const decoded = decodeUserAssertion(requireText(fields, 'assertion', grantType));
    if (decoded !== undefined) return decoded;
    throw wrongField('assertion must be the padded Base64 of {"user_id":"…"} with nothing else in it.');
  }
  if (fields.has('assertion')) throw wrongField('Send user_id or assertion, not both.');
  if (isUserId(userId)) return userId;
  throw wrongField('user_id must be 1 to 256 characters without control characters.');
}

function readScopes(text: string, grantType: GrantType, { clients }: Policy): string[] {
  const scopes = splitScopes(text);
  if (scopes.length === 0) {
    throw new OAuthError('invalid_scope', 'unknown_scope', 'scope names no scope: leave it out or name one.');
  }
  // Any client's private scopes: which client has which would tell a stranger what the policy holds.
  const tables = [connectScopes, ...clients.map((client) => client.privateScopes)];
  for (const scope of scopes) {
    const possible = grantTypesOf(scope, tables);
    if (possible.length === 0) throw unknownScope(grantType);
    if (possible.includes(grantType)) continue;
    throw new OAuthError(
      'invalid_scope',
      'scope_needs_another_grant_type',
      `${scope} is not available for grant_type ${grantType}, only for ${possible.join(' or ')}.`,
    );
  }
  return scopes;
}

function unknownScope(grantType: GrantType): OAuthError {
  const known = Object.keys(connectScopes).filter((scope) => connectScopes[scope]?.includes(grantType));
  return new OAuthError(
    'invalid_scope',
    'unknown_scope',
    `scope names an unknown scope. Known for grant_type ${grantType}: ${known.join(', ')}.`,
  );
}
