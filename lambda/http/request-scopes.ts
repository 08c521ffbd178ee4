import type { Policy } from '../policy/policy.ts';
import { connectScopes, type GrantType, grantTypesOf, splitScopes } from '../protocol/scopes.ts';
import { OAuthError } from './oauth-error.ts';

/** The scopes in `text`, sorted: each one known, and available for the grant type. */
export function readScopes(text: string, grantType: GrantType, { clients }: Policy): string[] {
  const scopes = splitScopes(text);
  if (scopes.length === 0) {
    throw new OAuthError('unknown_scope', 'scope is blank: name a scope, or leave the field out.');
  }
  // The private scopes of all clients: errors that differed by client would tell a stranger what the policy contains.
  const tables = [connectScopes, ...clients.map((client) => client.privateScopes)];
  for (const scope of scopes) {
    if (tables.some((table) => Object.hasOwn(table, scope) && table[scope]?.includes(grantType))) continue;
    const available = grantTypesOf(scope, tables);
    if (available.length === 0) throw unknownScope(grantType);
    throw new OAuthError(
      'scope_needs_another_grant_type',
      `${scope} is not available for grant_type ${grantType}, only for ${available.join(' or ')}.`,
    );
  }
  return scopes;
}

function unknownScope(grantType: GrantType): OAuthError {
  const known = Object.entries(connectScopes)
    .filter(([, available]) => available.includes(grantType))
    .map(([scope]) => scope);
  return new OAuthError(
    'unknown_scope',
    `scope contains an unknown scope. Connect's scopes for grant_type ${grantType}: ${known.join(', ')}.`,
  );
}
