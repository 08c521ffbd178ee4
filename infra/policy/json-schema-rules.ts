import { connectScopes, type GrantType, grantTypes } from '../../lambda/protocol/scopes.ts';
import { fieldsFor, retailerBearer } from './grant-type-fields.ts';
import { stackRoleRule } from './principal-pattern.ts';
import { proberGrantId } from './prober.ts';
import { baseUrlRule, ownHostRule } from './urls.ts';

/**
 * What the rules between fields look like in a JSON Schema. Each reads the table that the rule reads. What only
 * another entry of the file can tell is left to the rules.
 */

type Schema = Record<string, unknown>;

/** Exactly one of the two is there. */
function oneOf(first: string, second: string): Schema {
  return { oneOf: [{ required: [first] }, { required: [second] }] };
}

export const clientConditions: Schema = {
  ...oneOf('secretName', 'secretArn'),
  dependencies: { kmsKeyArn: ['secretArn'] },
  if: {
    required: ['baseUrl'],
    properties: { baseUrl: { pattern: baseUrlRule, not: { pattern: ownHostRule } } },
  },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
  then: { required: ['otherHost'] },
  else: { properties: { otherHost: false } },
};

export const privateScopeNames: Schema = { not: { enum: Object.keys(connectScopes) } };

export const keepWarmConditions: Schema = {
  ...oneOf('scopes', 'unscoped'),
  allOf: [{ properties: { scopes: { items: { not: { enum: scopesOf('client_credentials', false) } } } } }],
};

export const grantConditions: Schema = {
  ...oneOf('scopes', 'unscoped'),
  allOf: grantTypes.map((grantType) => whereGrantType(grantType, fieldsOf(grantType))),
};

export const proberConditions: Schema = { allOf: [{ properties: { role: { pattern: stackRoleRule } } }] };

/** What a prober needs of the rest of the file. */
const besideProber: Schema = {
  required: ['keepWarm'],
  properties: {
    keepWarm: { minItems: 1 },
    grants: { items: { properties: { id: { not: { const: proberGrantId } } } } },
  },
};

/** Where no client has private scopes, Connect's own are all that there are. */
export const policyConditions: Schema = {
  dependencies: { prober: besideProber },
  if: { properties: { clients: { additionalProperties: { not: { required: ['scopes'] } } } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
  then: {
    properties: {
      grants: {
        items: { allOf: grantTypes.map((grantType) => whereGrantType(grantType, onlyScopesOf(grantType))) },
      },
      keepWarm: { items: onlyScopesOf('client_credentials') },
    },
  },
};

function whereGrantType(grantType: GrantType, schema: Schema): Schema {
  return {
    if: { required: ['grantType'], properties: { grantType: { const: grantType } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
    then: schema,
  };
}

function fieldsOf(grantType: GrantType): Schema {
  const { required, excluded } = fieldsFor(grantType);
  return {
    required: required.map(({ name }) => name),
    properties: {
      scopes: { items: { not: { enum: scopesOf(grantType, false) } } },
      ...(grantType === retailerBearer && { users: { items: { const: '*' } } }),
      ...Object.fromEntries(excluded.map(({ name }) => [name, false])),
    },
  };
}

function onlyScopesOf(grantType: GrantType): Schema {
  return { properties: { scopes: { items: { enum: scopesOf(grantType, true) } } } };
}

/** Connect's scopes that are available for `grantType`, or those that are not. */
function scopesOf(grantType: GrantType, available: boolean): string[] {
  const all = Object.entries(connectScopes);
  return all.filter(([, types]) => types.includes(grantType) === available).map(([scope]) => scope);
}
