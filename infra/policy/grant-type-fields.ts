import type { GrantType } from '../../lambda/protocol/scopes.ts';

export const retailerBearer: GrantType = 'urn:ietf:params:oauth:grant-type:retailer-json-bearer';

type GrantTypeField = {
  grantTypes: readonly GrantType[];
  /** What to write where another grant type has the field. */
  instead: string;
  /** What is wrong where one of `grantTypes` lacks the field; undefined where the field is optional. */
  missing: string | undefined;
};

const instead = 'remove it, or write that grantType';

/** The fields of a grant that some grant types have. The rules and the JSON Schema both follow this table. */
export const grantTypeFields = {
  unscoped: { grantTypes: ['client_credentials'], instead: 'write scopes instead', missing: undefined },
  users: {
    grantTypes: ['fulfillment_user_assertion', retailerBearer],
    instead,
    missing: "has no users: write users with ids or prefix*, or ['*'] for every user",
  },
  redirectUris: {
    grantTypes: ['authorization_code'],
    instead,
    missing: 'has no redirect URI: write redirectUris, as registered with Instacart',
  },
} as const satisfies Record<string, GrantTypeField>;

export type GrantTypeFieldName = keyof typeof grantTypeFields;

const entries = Object.entries(grantTypeFields) as Array<[GrantTypeFieldName, GrantTypeField]>;

/** What `grantType` demands and excludes. */
export function fieldsFor(grantType: GrantType) {
  const [own, others] = [true, false].map((fits) =>
    entries.filter(([, field]) => field.grantTypes.includes(grantType) === fits),
  ) as [typeof entries, typeof entries];
  return {
    required: own.flatMap(([name, { missing }]) => (missing === undefined ? [] : { name, missing })),
    excluded: others.map(([name, field]) => ({
      name,
      text: `can only be used with grantType ${field.grantTypes.join(' or ')}: ${field.instead}`,
    })),
  };
}
