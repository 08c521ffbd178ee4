import {
  codeVerifierRule,
  credentialFields,
  longestMinTtlSeconds,
  sha256Rule,
  tokenRule,
} from '../../lambda/protocol/contract.ts';
import { maxUserIdCharacters, userIdCharacterRule } from '../../lambda/protocol/names.ts';
import { connectScopes, type GrantType, grantTypes } from '../../lambda/protocol/scopes.ts';

const text = (description: string) => ({ type: 'string', minLength: 1, description });
const matching = (rule: string, description: string) => ({
  type: 'string',
  pattern: `^${rule}$`,
  description,
});

const clientId = text(
  'The name of a client in the policy. Left out: the one client that you are granted anything for.',
);

/** The fields that every grant type has; those of one grant type are with it. */
const common = {
  client_id: clientId,
  min_ttl: {
    type: 'integer',
    minimum: 0,
    maximum: longestMinTtlSeconds,
    description:
      "The least remaining life that you accept, in seconds: at most half of the token's lifetime. A form has it as digits.",
  },
  refused_token_sha256: matching(
    sha256Rule,
    'The SHA-256, in hex, of a token that Connect refused. The service renews it if it is the current one.',
  ),
};

const userAssertion =
  'Standard padded Base64 of {"user_id":"…"} with nothing else in it. Send this or user_id.';

type Subject = { properties: object; required?: readonly string[]; oneOf?: readonly object[] };

const subjects: Record<GrantType, Subject> = {
  client_credentials: { properties: {} },
  fulfillment_user_assertion: {
    properties: {
      user_id: matching(
        `${userIdCharacterRule}{1,${maxUserIdCharacters}}`,
        'The Connect user id, from which the service builds the assertion. Send this or assertion.',
      ),
      assertion: matching('(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:[A-Za-z0-9+/]=|==))?', userAssertion),
    },
    oneOf: [{ required: ['user_id'] }, { required: ['assertion'] }],
  },
  'urn:ietf:params:oauth:grant-type:retailer-json-bearer': {
    properties: { assertion: text('What Connect asks of you for this grant type. It is sent on as it is.') },
    required: ['assertion'],
  },
  authorization_code: {
    properties: {
      code: text('The one-time code. Never send it twice.'),
      redirect_uri: text('The redirect URI that the code was issued for.'),
      code_verifier: matching(
        codeVerifierRule,
        "PKCE's code verifier (RFC 7636), if the code has a challenge.",
      ),
    },
    required: ['code', 'redirect_uri'],
  },
};

/** A schema's name for each grant type. */
const names: Record<GrantType, string> = {
  client_credentials: 'ApplicationTokenRequest',
  fulfillment_user_assertion: 'UserTokenRequest',
  'urn:ietf:params:oauth:grant-type:retailer-json-bearer': 'RetailerTokenRequest',
  authorization_code: 'CodeTokenRequest',
};

/** The service rejects each of these, whatever its value. */
const withoutCredentials = { not: { anyOf: credentialFields.map((name) => ({ required: [name] })) } };

function tokenRequest(grantType: GrantType) {
  const { properties, required = [], ...rest } = subjects[grantType];
  return {
    type: 'object',
    required: ['grant_type', ...required],
    properties: { grant_type: { const: grantType }, scope: scopeOf(grantType), ...properties, ...common },
    ...rest,
    ...withoutCredentials,
  };
}

function scopeOf(grantType: GrantType) {
  const known = Object.keys(connectScopes).filter((scope) => connectScopes[scope]?.includes(grantType));
  return text(
    `Scopes, separated by commas or white space. Connect's own for this grant type: ${known.join(', ')}. ` +
      'Left out: the token without a scope if you are granted it, else the one scope that you are granted.',
  );
}

const ref = (name: string) => `#/components/schemas/${name}`;

export const requestSchemas = {
  TokenRequest: {
    description:
      "Unknown fields and those of other grant types are ignored. An empty field and JSON's null count as absent.",
    oneOf: grantTypes.map((grantType) => ({ $ref: ref(names[grantType]) })),
    discriminator: {
      propertyName: 'grant_type',
      mapping: Object.fromEntries(grantTypes.map((grantType) => [grantType, ref(names[grantType])])),
    },
  },
  ...Object.fromEntries(grantTypes.map((grantType) => [names[grantType], tokenRequest(grantType)])),
  RevocationRequest: {
    type: 'object',
    required: ['token'],
    properties: {
      token: matching(tokenRule, 'The token, without Bearer.'),
      client_id: clientId,
      token_type_hint: { type: 'string', description: 'Ignored.' },
    },
    ...withoutCredentials,
  },
};
