import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Row, StoredRow } from '../tokens/token-table.ts';
import { Secret } from '../values/secret.ts';
import { flagOf, type Item, listed, numberOf, numeric, readList, textOf, textsOf } from './attributes.ts';

/** Version of the items' layout. An instance takes an item of another version for none. */
const version = { N: '2' };

/** An item outlives what it holds by a day, so that an operator can look into a fault. */
const keptForMs = 86_400_000;

/** Every attribute but the key. Each write sets those that it has and removes the rest. */
const attributeNames = [
  'v',
  'row_key',
  'revision',
  'ttl',
  'access_token',
  'token_sha256',
  'scopes',
  'expires_at',
  'first_seen_at',
  'lifetime_ms',
  'reissued_at',
  'lease_running',
  'lease_until',
  'lease_ms',
  'lease_failures',
  'lease_cause',
  'lease_unanswered',
  'forced_at',
  'forced_cooldown_ms',
  'revoked_sha256',
  'revoked_until',
  'held_in',
  'held_until',
] as const;

const causes = [
  'invalid_grant',
  'query_params_forbidden',
  'not_entitled',
  'not_a_token',
  'unavailable',
  'outcome_unknown',
  'credentials_refused',
  'misconfigured',
  'secrets_unavailable',
] as const;
/** A longer lease than any that is written is not believed. */
const maxLeaseMs = 120_000;

/** What an item says; whatever part of it cannot be read is not there. */
export function readItem(key: string, item: Item = {}): StoredRow {
  const revision = textOf(item['revision']);
  // An item that was copied from another key is somebody else's.
  const isOurs = item['v']?.N === version.N && textOf(item['row_key']) === key && revision !== undefined;
  const row = isOurs
    ? {
        token: readToken(item),
        lease: readLease(item),
        forced: readForced(item),
        revoked: readList(item['revoked_sha256'], item['revoked_until']),
        heldIn: readList(item['held_in'], item['held_until']),
      }
    : emptyRow;
  return { kind: 'row', row, revision };
}

const emptyRow: Row = { token: undefined, lease: undefined, forced: undefined };

function readToken(item: Item): Row['token'] {
  const text = textOf(item['access_token']);
  const sha256 = textOf(item['token_sha256']);
  const expiresAt = numberOf(item['expires_at']);
  const firstSeenAt = numberOf(item['first_seen_at']);
  const lifetimeMs = numberOf(item['lifetime_ms']);
  const reissuedAt = numberOf(item['reissued_at']);
  // An unscoped token has no scopes, and says so: an attribute that got lost must not look like that.
  const scopes = textsOf(item['scopes']);
  const hasScopes = scopes !== undefined || item['scopes']?.NULL === true;
  const isReissueBroken = item['reissued_at'] !== undefined && reissuedAt === undefined;
  if (!text || sha256 === undefined || !hasScopes || isReissueBroken) return undefined;
  if (expiresAt === undefined || firstSeenAt === undefined || lifetimeMs === undefined) return undefined;
  const value = new Secret(text);
  if (value.sha256() !== sha256) return undefined;
  return { value, sha256, scopes, expiresAt, firstSeenAt, lifetimeMs, reissuedAt };
}

function readLease(item: Item): Row['lease'] {
  const isRunning = flagOf(item['lease_running']);
  const until = numberOf(item['lease_until']);
  const lengthMs = numberOf(item['lease_ms']);
  const failures = numberOf(item['lease_failures']);
  const cause = causes.find((known) => known === textOf(item['lease_cause']));
  const isUnanswered = flagOf(item['lease_unanswered']);
  if (isRunning === undefined || isUnanswered === undefined) return undefined;
  if (until === undefined || lengthMs === undefined || failures === undefined) return undefined;
  if (item['lease_cause'] !== undefined && cause === undefined) return undefined;
  return { isRunning, until, lengthMs: Math.min(lengthMs, maxLeaseMs), failures, cause, isUnanswered };
}

function readForced(item: Item): Row['forced'] {
  const at = numberOf(item['forced_at']);
  const cooldownMs = numberOf(item['forced_cooldown_ms']);
  return at === undefined || cooldownMs === undefined ? undefined : { at, cooldownMs };
}

/** The item's attributes: those to set, and the names of all others, to be removed. */
export function writeItem(key: string, revision: string, row: Row): { set: Item; remove: string[] } {
  const set: Item = {
    v: version,
    row_key: { S: key },
    revision: { S: revision },
    ttl: timeToLive(endOf(row)),
    ...tokenAttributes(row.token),
    ...leaseAttributes(row.lease),
    ...(row.forced && {
      forced_at: numeric(row.forced.at),
      forced_cooldown_ms: numeric(row.forced.cooldownMs),
    }),
    ...(row.revoked && {
      revoked_sha256: listed(row.revoked),
      revoked_until: numeric(row.revoked.until),
    }),
    ...(row.heldIn && { held_in: listed(row.heldIn), held_until: numeric(row.heldIn.until) }),
  };
  return { set, remove: attributeNames.filter((name) => set[name] === undefined) };
}

function tokenAttributes(token: Row['token']): Item {
  if (token === undefined) return {};
  return {
    access_token: { S: token.value.reveal() },
    token_sha256: { S: token.sha256 },
    scopes: token.scopes === undefined ? { NULL: true } : { L: token.scopes.map((S) => ({ S })) },
    expires_at: numeric(token.expiresAt),
    first_seen_at: numeric(token.firstSeenAt),
    lifetime_ms: numeric(token.lifetimeMs),
    ...(token.reissuedAt !== undefined && { reissued_at: numeric(token.reissuedAt) }),
  };
}

function leaseAttributes(lease: Row['lease']): Item {
  if (lease === undefined) return {};
  return {
    lease_running: { BOOL: lease.isRunning },
    lease_until: numeric(lease.until),
    lease_ms: numeric(lease.lengthMs),
    lease_failures: numeric(lease.failures),
    ...(lease.cause && { lease_cause: { S: lease.cause } }),
    lease_unanswered: { BOOL: lease.isUnanswered },
  };
}

function endOf({ token, lease, revoked, heldIn }: Row): number {
  return Math.max(token?.expiresAt ?? 0, ...[lease, revoked, heldIn].map((part) => part?.until ?? 0));
}

/** DynamoDB counts in whole seconds, and deletes late. */
function timeToLive(end: number): AttributeValue {
  return { N: String(Math.ceil((end + keptForMs) / 1000)) };
}
