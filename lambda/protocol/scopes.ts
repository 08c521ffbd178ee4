/** Connect's grant types, as its token endpoint spells them. */
export const grantTypes = [
  'client_credentials',
  'fulfillment_user_assertion',
  'urn:ietf:params:oauth:grant-type:retailer-json-bearer',
  'authorization_code',
] as const;

export type GrantType = (typeof grantTypes)[number];

/** The grant types that each scope is available for. */
export type ScopeTable = Readonly<Record<string, readonly GrantType[]>>;

/** Source: Instacart's "Permissions and scopes", and its pages on compliance, catalog and Carrot Ads. */
export const connectScopes: ScopeTable = {
  'connect:fulfillment': ['client_credentials'],
  'Connect::Orders::RatingService': [
    'client_credentials',
    'fulfillment_user_assertion',
    'urn:ietf:params:oauth:grant-type:retailer-json-bearer',
  ],
  'connect:recommendations': [
    'client_credentials',
    'fulfillment_user_assertion',
    'urn:ietf:params:oauth:grant-type:retailer-json-bearer',
  ],
  'connect:post_checkout': ['fulfillment_user_assertion'],
  account_linking: ['authorization_code'],
  'connect:compliance': ['client_credentials'],
  'connect:data_ingestion': ['client_credentials'],
  'connect:ian': ['client_credentials'],
};

/** The grant types that `scope` is available for: none if no table has the scope. */
export function grantTypesOf(scope: string, tables: readonly ScopeTable[]): GrantType[] {
  const found = tables.flatMap((table) => (Object.hasOwn(table, scope) ? table[scope] : undefined) ?? []);
  return grantTypes.filter((grantType) => found.includes(grantType));
}

/** Splits a `scope` value at commas, as Connect does, and at white space, as RFC 6749 does. Sorted, without repeats. */
export function splitScopes(text: string): string[] {
  return [...new Set(text.split(/[\t\n\v\f\r ,]+/).filter((scope) => scope !== ''))].sort();
}
