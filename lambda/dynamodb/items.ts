import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { Row, StoredRow } from '../tokens/token-table.ts';
import { Secret } from '../values/secret.ts';
import { flag, type Item, listed, number, numeric, readList, text } from './attributes.ts';

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

const headSchema = z.object({ v: z.object({ N: z.literal(version.N) }), row_key: text, revision: text });
const tokenSchema = z.object({
  access_token: z.object({ S: z.string().check(z.minLength(1)) }),
  token_sha256: text,
  /** An unscoped token has none, and says so: an attribute that got lost must not look like that. */
  // A list, or NULL for a token without any; anything else is broken.
  scopes: z
    .object({ L: z.optional(z.array(text)), NULL: z.optional(z.literal(true)) })
    .check(z.refine(({ L, NULL }) => (L === undefined) !== (NULL === undefined))),
  expires_at: number,
  first_seen_at: number,
  lifetime_ms: number,
  reissued_at: z.optional(number),
});
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
const leaseSchema = z.object({
  lease_running: flag,
  lease_until: number,
  lease_ms: number,
  lease_failures: number,
  lease_cause: z.optional(z.object({ S: z.enum(causes) })),
  lease_unanswered: flag,
});
const forcedSchema = z.object({ forced_at: number, forced_cooldown_ms: number });

/** A longer lease than any that is written is not believed. */
const maxLeaseMs = 120_000;

/** What an item says; whatever part of it cannot be read is not there. */
export function readItem(key: string, item: Item | undefined): StoredRow {
  const revision = text.safeParse(item?.['revision']).data?.S;
  const head = headSchema.safeParse(item);
  // An item that was copied from another key is somebody else's.
  const isOurs = head.success && head.data.row_key.S === key;
  const row = isOurs
    ? {
        token: readToken(item),
        lease: readLease(item),
        forced: readForced(item),
        revoked: readList(item?.['revoked_sha256'], item?.['revoked_until']),
        heldIn: readList(item?.['held_in'], item?.['held_until']),
      }
    : emptyRow;
  return { kind: 'row', row, revision };
}

const emptyRow: Row = { token: undefined, lease: undefined, forced: undefined };

function readToken(item: Item | undefined): Row['token'] {
  const { data } = tokenSchema.safeParse(item);
  if (data === undefined) return undefined;
  const value = new Secret(data.access_token.S);
  if (value.sha256() !== data.token_sha256.S) return undefined;
  return {
    value,
    sha256: data.token_sha256.S,
    scopes: data.scopes.L?.map(({ S }) => S),
    expiresAt: Number(data.expires_at.N),
    firstSeenAt: Number(data.first_seen_at.N),
    lifetimeMs: Number(data.lifetime_ms.N),
    reissuedAt: data.reissued_at && Number(data.reissued_at.N),
  };
}

function readLease(item: Item | undefined): Row['lease'] {
  const { data } = leaseSchema.safeParse(item);
  if (data === undefined) return undefined;
  return {
    isRunning: data.lease_running.BOOL,
    until: Number(data.lease_until.N),
    lengthMs: Math.min(Number(data.lease_ms.N), maxLeaseMs),
    failures: Number(data.lease_failures.N),
    cause: data.lease_cause?.S,
    isUnanswered: data.lease_unanswered.BOOL,
  };
}

function readForced(item: Item | undefined): Row['forced'] {
  const { data } = forcedSchema.safeParse(item);
  return data && { at: Number(data.forced_at.N), cooldownMs: Number(data.forced_cooldown_ms.N) };
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
