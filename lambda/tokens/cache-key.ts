import { hash } from 'node:crypto';
import type { Client } from '../policy/policy.ts';
import type { Secret } from '../values/secret.ts';
import type { MintRequest, Subject } from './mint-request.ts';

/** Whether a token may be vended to another request: not where only Connect can tell, each time anew, who may have one. */
export function isCacheable({ subject }: MintRequest): boolean {
  return subject.kind === 'application' || subject.kind === 'user';
}

/**
 * What identifies a token: base URL, client, grant type, sorted scopes, retailer id, subject. A JSON array cannot be
 * read in two ways, so no two identities share a key. It holds the user id: never record it.
 */
export function cacheKey({ client, grantType, scopes, retailerId, subject }: MintRequest): string {
  return JSON.stringify([
    client.baseUrl,
    client.name,
    grantType,
    scopes.toSorted(),
    retailerId ?? null,
    subjectKey(subject),
  ]);
}

function subjectKey(subject: Subject): string | null {
  if (subject.kind === 'user') return subject.userId;
  return subject.kind === 'opaque' ? subject.assertion.sha256() : null;
}

/** The key of a token's item in the table: a hash, so that the table holds no user id. */
export function partitionKey(key: string): string {
  return hash('sha256', key);
}

/** The key of a one-time code that went up, in the table. */
export function codeKey(code: Secret): string {
  return `code ${code.sha256()}`;
}

/** Whether a cache key is of that client's token. */
export function isOfClient(key: string, { baseUrl, name }: Client): boolean {
  return key.startsWith(`${JSON.stringify([baseUrl, name]).slice(0, -1)},`);
}

/**
 * The key of the item that says which rows hold a token, so that a revocation finds them. With the client in it, nobody finds
 * the rows of another client's token.
 */
export function pointerKey({ baseUrl, name }: Client, tokenSha256: string): string {
  return `token ${baseUrl} ${name} ${tokenSha256}`;
}

/** The key of a client's circuit, in memory and in the table. */
export function circuitKey({ baseUrl, name }: Client): string {
  return `client ${baseUrl} ${name}`;
}
