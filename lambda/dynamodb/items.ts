import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { TokenIdentity } from '../tokens/token.ts';
import type { Row, SharedHold, SharedToken } from '../tokens/token-table.ts';
import { Secret } from '../values/secret.ts';

/** Version of the items' layout. An instance takes an item of another version for none. */
export const version = { N: '1' };

/** An item outlives what it holds by a day, for whoever looks into a fault. */
const keptFor = 86_400_000;

type Item = Record<string, AttributeValue>;

const text = z.object({ S: z.string() });
const current = z.object({ N: z.literal(version.N) });
const number = z.object({ N: z.string().check(z.regex(/^-?\d+(\.\d+)?$/)) });
const flag = z.object({ BOOL: z.boolean() });
const list = z.object({ L: z.array(text) });

const tokenSchema = z.object({
  v: current,
  base_url: text,
  client: text,
  grant_type: text,
  asked_scopes: list,
  retailer_id: z.optional(text),
  generation: number,
  access_token: z.object({ S: z.string().check(z.minLength(1)) }),
  token_sha256: text,
  scopes: z.optional(list),
  expires_at: number,
  first_seen_at: number,
  lifetime: number,
  brought_back: flag,
});
const leaseSchema = z.object({ v: current, lease_owner: text, lease_until: number });
const forcedSchema = z.object({ v: current, forced_at: number, forced_gap: number });
const kinds = [
  'invalid_grant',
  'query_params_forbidden',
  'not_entitled',
  'not_a_token',
  'unavailable',
  'outcome_unknown',
  'credentials_refused',
  'misconfigured',
  'secrets_unavailable',
] as const satisfies ReadonlyArray<SharedHold['kind']>;
const holdSchema = z.object({
  v: current,
  failures: number,
  hold_until: number,
  kind: z.object({ S: z.enum(kinds) }),
  hold_version: number,
});

/** What an item says of the token; whatever part of it cannot be read is not there. */
export function readItem(item: Item | undefined, identity: TokenIdentity): Row {
  const lease = leaseSchema.safeParse(item);
  const forced = forcedSchema.safeParse(item);
  return {
    shared: readToken(item, identity),
    lease: lease.data && { owner: lease.data.lease_owner.S, until: Number(lease.data.lease_until.N) },
    forced: forced.data && { at: Number(forced.data.forced_at.N), gap: Number(forced.data.forced_gap.N) },
  };
}

function readToken(item: Item | undefined, identity: TokenIdentity): SharedToken | undefined {
  const parsed = tokenSchema.safeParse(item);
  if (!parsed.success) return undefined;
  const { data } = parsed;
  const value = new Secret(data.access_token.S);
  if (value.sha256() !== data.token_sha256.S || !describes(data, identity)) return undefined;
  const token = {
    value,
    sha256: data.token_sha256.S,
    scopes: data.scopes?.L.map(({ S }) => S),
    expiresAt: Number(data.expires_at.N),
    firstSeenAt: Number(data.first_seen_at.N),
    lifetime: Number(data.lifetime.N),
    broughtBack: data.brought_back.BOOL,
  };
  return { token, generation: Number(data.generation.N) };
}

function describes(item: z.infer<typeof tokenSchema>, identity: TokenIdentity): boolean {
  return (
    item.base_url.S === identity.baseUrl &&
    item.client.S === identity.client &&
    item.grant_type.S === identity.grantType &&
    item.retailer_id?.S === identity.retailerId &&
    item.asked_scopes.L.map(({ S }) => S).join(' ') === identity.scopes.toSorted().join(' ')
  );
}

/** The attributes of a token; the user id is in none of them, only in the key's hash. */
export function tokenAttributes({ token, generation }: SharedToken, identity: TokenIdentity): Item {
  return {
    v: version,
    base_url: { S: identity.baseUrl },
    client: { S: identity.client },
    grant_type: { S: identity.grantType },
    asked_scopes: texts(identity.scopes.toSorted()),
    ...(identity.retailerId !== undefined && { retailer_id: { S: identity.retailerId } }),
    generation: { N: String(generation) },
    access_token: { S: token.value.reveal() },
    token_sha256: { S: token.sha256 },
    ...(token.scopes && { scopes: texts(token.scopes) }),
    expires_at: { N: String(token.expiresAt) },
    first_seen_at: { N: String(token.firstSeenAt) },
    lifetime: { N: String(token.lifetime) },
    brought_back: { BOOL: token.broughtBack },
    ttl: timeToLive(token.expiresAt),
  };
}

export function readHoldItem(item: Item | undefined): SharedHold | undefined {
  const parsed = holdSchema.safeParse(item);
  if (!parsed.success) return undefined;
  const { failures, hold_until, kind, hold_version } = parsed.data;
  return {
    failures: Number(failures.N),
    until: Number(hold_until.N),
    kind: kind.S,
    version: Number(hold_version.N),
  };
}

export function holdAttributes(hold: SharedHold): Item {
  return {
    v: version,
    failures: { N: String(hold.failures) },
    hold_until: { N: String(hold.until) },
    kind: { S: hold.kind },
    hold_version: { N: String(hold.version) },
    ttl: timeToLive(hold.until),
  };
}

/** DynamoDB counts in whole seconds, and deletes when it gets round to it. */
export function timeToLive(end: number): AttributeValue {
  return { N: String(Math.ceil((end + keptFor) / 1000)) };
}

function texts(values: readonly string[]): AttributeValue {
  return { L: values.map((value) => ({ S: value })) };
}
