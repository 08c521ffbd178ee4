import {
  connectScopes,
  type GrantType,
  grantTypesOf,
  type ScopeTable,
} from '../../lambda/protocol/scopes.ts';
import type { Clients } from './client-rules.ts';
import { nearest } from './nearest.ts';
import type { Finding } from './problems.ts';
import type { ClientEntry, GrantEntry } from './schema.ts';
import type { Draft } from './structure.ts';

/** What must hold between the fields of one grant and its client. */
export function* grantRules(grant: Draft<GrantEntry>, clients: Clients): Iterable<Finding> {
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
