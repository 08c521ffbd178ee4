import { connectScopes, type GrantType, grantTypesOf, type ScopeTable } from '../../lambda/scopes.ts';
import { nearest } from './nearest.ts';
import type { Finding } from './problems.ts';
import { type ClientEntry, clientSchema, type GrantEntry, grantSchema } from './schema.ts';
import { type Draft, draft, isObject } from './structure.ts';

type Clients = ReadonlyMap<string, Draft<ClientEntry>>;

/** What must hold between the fields of clients and of grants. Takes the file's data before it is known to be right. */
export function ruleFindings(value: unknown): Finding[] {
  const { clients, grants } = (value ?? {}) as { clients?: unknown; grants?: unknown };
  const named: Clients = new Map(
    Object.entries(isObject(clients) ? clients : {}).map(([name, raw]) => [name, draft(clientSchema, raw)]),
  );
  const drafts = (Array.isArray(grants) ? grants : []).map((raw) => draft(grantSchema, raw));
  return [
    ...[...named].flatMap(([name, client]) => within(['clients', name], clientRules(client))),
    ...sharedSecrets(named),
    ...drafts.flatMap((grant, index) => within(['grants', index], grantRules(grant, named))),
    ...repeatedIds(drafts),
    ...mixedPartitions(drafts),
  ];
}

function within(prefix: PropertyKey[], findings: Iterable<Finding>): Finding[] {
  return [...findings].map((finding) => ({ ...finding, path: [...prefix, ...finding.path] }));
}

function* clientRules(client: Draft<ClientEntry>): Iterable<Finding> {
  if (!client.isObject) return;
  yield* secretRules(client);
  yield* privateScopeRules(client);
}

function* secretRules({ has, fields }: Draft<ClientEntry>): Iterable<Finding> {
  if (has('secretName') === has('secretArn')) {
    yield {
      path: has('secretName') ? ['secretArn'] : [],
      text: has('secretName')
        ? 'secretName is there too: write secretName for a secret that the stack makes, or secretArn for one you have'
        : 'has no secret: write secretName: connect/NAME, or secretArn for one you have',
    };
  }
  if (!has('kmsKeyArn')) return;
  if (!has('secretArn')) {
    yield {
      path: ['kmsKeyArn'],
      text: 'goes with secretArn only: remove it, the stack makes a key for its secrets',
    };
  }
  const [secret, key] = [fields.secretArn, fields.kmsKeyArn].map((arn) => arn?.split(':') ?? []);
  if (secret?.[3] !== undefined && key?.[3] !== undefined && secret[3] !== key[3]) {
    yield { path: ['kmsKeyArn'], text: `must be in the secret's region: write a key in ${secret[3]}` };
  }
}

function* privateScopeRules({ fields }: Draft<ClientEntry>): Iterable<Finding> {
  for (const scope of Object.keys(fields.scopes ?? {})) {
    if (!Object.hasOwn(connectScopes, scope)) continue;
    const text = `is one of Connect's own: remove it, it is known with its grant types`;
    yield { path: ['scopes', scope], at: 'key', text };
  }
}

/** A client is one application: under two names it would have two tokens of everything, and two back-offs. */
function* sharedSecrets(clients: Clients): Iterable<Finding> {
  const seen = new Map<string, string>();
  for (const [name, { fields }] of clients) {
    for (const key of ['secretName', 'secretArn'] as const) {
      const secret = fields[key];
      if (secret === undefined) continue;
      const other = seen.get(secret);
      if (other === undefined) seen.set(secret, name);
      else {
        const text = `is the secret of client ${other} already: use that client, or write another secret`;
        yield { path: ['clients', name, key], text };
      }
    }
  }
}

function* grantRules(grant: Draft<GrantEntry>, clients: Clients): Iterable<Finding> {
  if (!grant.isObject) return;
  const { client: name, grantType } = grant.fields;
  const client = name === undefined ? undefined : clients.get(name);
  if (name !== undefined && client === undefined && clients.size > 0) {
    yield { path: ['client'], text: `no such client: write ${[...clients.keys()].join(' or ')}` };
  }
  yield* scopeOrNone(grant);
  if (grantType === undefined) return;
  yield* fieldsOfGrantType(grant, grantType);
  if (client !== undefined) yield* scopePairs(grant, grantType, client);
}

function* scopeOrNone({ has }: Draft<GrantEntry>): Iterable<Finding> {
  if (!has('scopes') && !has('unscoped')) {
    const text =
      "has no scope: write scopes: [SCOPE], or unscoped: true for the Transaction API's token without a scope";
    yield { path: [], text };
  }
  if (has('scopes') && has('unscoped')) {
    const text = 'covers no named scope: write scopes in this grant, and unscoped: true in another';
    yield { path: ['unscoped'], text };
  }
}

const retailerBearer: GrantType = 'urn:ietf:params:oauth:grant-type:retailer-json-bearer';

function* fieldsOfGrantType({ has, fields }: Draft<GrantEntry>, grantType: GrantType): Iterable<Finding> {
  const hasUser = grantType === 'fulfillment_user_assertion' || grantType === retailerBearer;
  const goesWith = (types: string) => `goes with ${types} only: remove it, or write that grantType`;
  if (has('unscoped') && grantType !== 'client_credentials') {
    yield { path: ['unscoped'], text: 'goes with client_credentials only: write scopes instead' };
  }
  if (hasUser && !has('users')) {
    yield {
      path: [],
      text: "does not say whose tokens: write users, with ids or prefix*, or ['*'] for every user",
    };
  }
  if (!hasUser && has('users')) {
    yield { path: ['users'], text: goesWith(`fulfillment_user_assertion and ${retailerBearer}`) };
  }
  if (grantType === retailerBearer && fields.users !== undefined && fields.users.join() !== '*') {
    yield { path: ['users'], text: "cannot be checked, as the retailer's assertion is opaque: write ['*']" };
  }
  if (grantType === 'authorization_code' && !has('redirectUris')) {
    yield { path: [], text: 'has no redirect URI: write redirectUris, as registered with Instacart' };
  }
  if (grantType !== 'authorization_code' && has('redirectUris')) {
    yield { path: ['redirectUris'], text: goesWith('authorization_code') };
  }
}

/** Every scope must be one that Connect gives by this grant type: in its own table, or among the client's own. */
function* scopePairs(
  { fields }: Draft<GrantEntry>,
  grantType: GrantType,
  client: Draft<ClientEntry>,
): Iterable<Finding> {
  if (client.has('scopes') && client.fields.scopes === undefined) return;
  const tables: ScopeTable[] = [connectScopes, client.fields.scopes ?? {}];
  for (const [index, scope] of (fields.scopes ?? []).entries()) {
    const possible = grantTypesOf(scope, tables);
    if (possible.includes(grantType)) continue;
    yield {
      path: ['scopes', index],
      text: possible.length === 0 ? unknown(scope, tables) : wrong(scope, possible),
    };
  }

  function wrong(scope: string, possible: GrantType[]): string {
    return `${scope} cannot be had by ${grantType}: write grantType: ${possible.join(' or ')}`;
  }
}

function unknown(scope: string, tables: readonly ScopeTable[]): string {
  const known = tables.flatMap((table) => Object.keys(table));
  const advice = nearest(scope, known) ?? known.join(' or ');
  return `no such scope: write ${advice}, or list a private one under the client's scopes`;
}

function* repeatedIds(grants: ReadonlyArray<Draft<GrantEntry>>): Iterable<Finding> {
  const seen = new Map<string, number>();
  for (const [index, { fields }] of grants.entries()) {
    if (fields.id === undefined) continue;
    const first = seen.get(fields.id);
    if (first === undefined) seen.set(fields.id, index);
    else yield { path: ['grants', index, 'id'], text: `is the id of grants[${first}] too: write another` };
  }
}

/** An identity of one partition cannot sign in another, and the deployment would fail on its account. */
function* mixedPartitions(grants: ReadonlyArray<Draft<GrantEntry>>): Iterable<Finding> {
  const all = grants.flatMap(({ fields }, grant) =>
    (fields.principals ?? []).map((arn, index) => ({
      partition: arn.split(':')[1],
      path: ['grants', grant, 'principals', index],
    })),
  );
  for (const { partition, path } of all) {
    if (partition === all[0]?.partition) continue;
    yield {
      path,
      text: `is of another partition than the first principal: write arn:${all[0]?.partition}:…`,
    };
  }
}
