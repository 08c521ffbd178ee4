import {
  connectScopes,
  type GrantType,
  grantTypesOf,
  type ScopeTable,
} from '../../lambda/protocol/scopes.ts';
import { nearest } from '../files/nearest.ts';
import type { Finding } from '../files/problems.ts';
import type { Clients } from './client-rules.ts';
import type { ClientEntry } from './client-schema.ts';
import type { GrantEntry } from './grant-schema.ts';
import { fieldsFor, retailerBearer } from './grant-type-fields.ts';
import type { Draft } from './structure.ts';

/** Checks what must hold between the fields of one grant and its client. */
export function* grantRules(grant: Draft<GrantEntry>, clients: Clients): Iterable<Finding> {
  if (!grant.isObject) return;
  const { client: name, grantType } = grant.fields;
  const client = name === undefined ? undefined : clients.get(name);
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
    const text = 'cannot be used with scopes: write scopes in this grant, and unscoped: true in another';
    yield { path: ['unscoped'], text };
  }
}

function* fieldsOfGrantType({ has, fields }: Draft<GrantEntry>, grantType: GrantType): Iterable<Finding> {
  const { required, excluded } = fieldsFor(grantType);
  for (const { name, missing } of required) if (!has(name)) yield { path: [], text: missing };
  for (const { name, text } of excluded) if (has(name)) yield { path: [name], text };
  if (grantType === retailerBearer && fields.users !== undefined && fields.users.join() !== '*') {
    yield {
      path: ['users'],
      text: "cannot be checked, because the service cannot read a retailer's assertion: write ['*']",
    };
  }
}

/** Each scope must be one that Connect has for this grant type, or one of the client's private scopes. */
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
      text: possible.length === 0 ? unknownScope(scope, tables) : wrongGrantType(scope, possible),
    };
  }

  function wrongGrantType(scope: string, possible: GrantType[]): string {
    return `${scope} cannot be used with grantType ${grantType}: write grantType: ${possible.join(' or ')}`;
  }
}

function unknownScope(scope: string, tables: readonly ScopeTable[]): string {
  const known = tables.flatMap((table) => Object.keys(table));
  const advice = nearest(scope, known) ?? known.join(' or ');
  return `no such scope: write ${advice}, or list a private one under the client's scopes`;
}
