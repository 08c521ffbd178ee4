import { describe, expect, it } from 'vitest';
import { bearer, good, jsonEvent, refusalOf } from '../support/http-handler.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const { client_credentials: application, fulfillment_user_assertion: user, authorization_code: code } = good;
const { user_id: _, ...withoutUser } = user;

/** One thing changed of a good request: whose fault it is, and words that the description has. */
const deviations: ReadonlyArray<
  readonly [what: string, fields: object, error: string, reason: string, description: RegExp]
> = [
  [
    'no grant type',
    { ...application, grant_type: undefined },
    'invalid_request',
    'field',
    /grant_type.*required/,
  ],
  [
    'an empty grant type',
    { ...application, grant_type: '' },
    'invalid_request',
    'field',
    /grant_type.*required/,
  ],
  ['a grant type in another case', { ...application, grant_type: 'Client_Credentials' }, ...unsupported()],
  ['a grant type with a space', { ...application, grant_type: 'client_credentials ' }, ...unsupported()],
  ['a grant type that Connect lacks', { ...application, grant_type: 'password' }, ...unsupported()],
  ['a grant type named like a method', { ...application, grant_type: 'includes' }, ...unsupported()],
  ['no code', { ...code, code: undefined }, 'invalid_request', 'field', /^code.*authorization_code/],
  ['an empty code', { ...code, code: '' }, 'invalid_request', 'field', /^code.*authorization_code/],
  [
    'no redirect URI',
    { ...code, redirect_uri: undefined },
    'invalid_request',
    'field',
    /^redirect_uri.*required/,
  ],
  [
    'no user',
    withoutUser,
    'invalid_request',
    'field',
    /^user_id or assertion is required.*fulfillment_user_assertion/,
  ],
  ['no assertion', { ...good.bearer, assertion: undefined }, 'invalid_request', 'field', /assertion.*bearer/],
  [
    'user_id and assertion',
    { ...user, assertion: base64('{"user_id":"alice"}') },
    'invalid_request',
    'field',
    /user_id or assertion/,
  ],
  [
    'an assertion with more in it',
    { ...withoutUser, assertion: base64('{"user_id":"alice","admin":true}') },
    'invalid_request',
    'field',
    /assertion.*Base64/,
  ],
  [
    'a control character in user_id',
    { ...user, user_id: 'alice\u0085' },
    'invalid_request',
    'field',
    /user_id/,
  ],
  ['a user id too long', { ...user, user_id: 'a'.repeat(257) }, 'invalid_request', 'field', /user_id.*256/],
  ...['client_secret', 'client_assertion'].map(
    (name) =>
      [
        `${name} in the body`,
        { ...application, [name]: 'canary' },
        'invalid_request',
        'credential_in_body',
        new RegExp(`${name}.*[Rr]otate`),
      ] as const,
  ),
  [
    'a scope that names none',
    { ...application, scope: ' , ' },
    'invalid_scope',
    'unknown_scope',
    /scope.*leave/,
  ],
  [
    'an unknown scope',
    { ...application, scope: 'connect:fulfilment' },
    'invalid_scope',
    'unknown_scope',
    /unknown scope.*client_credentials: connect:fulfillment, Connect::Orders::RatingService, connect:rec/,
  ],
  [
    'an unknown scope, told the scopes of its grant type alone',
    { ...code, scope: 'connect:none' },
    'invalid_scope',
    'unknown_scope',
    /authorization_code: account_linking\. \(/,
  ],
  [
    'an unknown scope beside a known one',
    { ...application, scope: 'connect:fulfillment,connect:none' },
    'invalid_scope',
    'unknown_scope',
    /unknown scope/,
  ],
  [
    'a scope of another grant type',
    { ...application, scope: 'connect:post_checkout' },
    'invalid_scope',
    'scope_needs_another_grant_type',
    /connect:post_checkout.*client_credentials.*fulfillment_user_assertion/,
  ],
  [
    'a scope of another grant type beside one of this',
    { ...application, scope: 'connect:fulfillment account_linking' },
    'invalid_scope',
    'scope_needs_another_grant_type',
    /account_linking.*authorization_code/,
  ],
  [
    'a scope of three other grant types',
    { ...code, scope: 'connect:recommendations' },
    'invalid_scope',
    'scope_needs_another_grant_type',
    new RegExp(`client_credentials or fulfillment_user_assertion or ${bearer}`),
  ],
];

function unsupported(): ['unsupported_grant_type', 'unsupported_grant_type', RegExp] {
  const all = /client_credentials, fulfillment_user_assertion, urn.*bearer, authorization_code/;
  return ['unsupported_grant_type', 'unsupported_grant_type', all];
}

describe('a request is refused for', () => {
  it.each(deviations)('%s', async (_what, fields, error, reason, description) => {
    expect(await refusalOf(jsonEvent(fields))).toMatchObject({
      status: 400,
      error,
      reason,
      description: expect.stringMatching(description),
      vends: 0,
    });
  });

  const texts: Array<[string, object]> = [
    ['grant_type', application],
    ['client_id', application],
    ['scope', application],
    ['refused_token_sha256', application],
    ['user_id', user],
    ['assertion', good.bearer],
    ['assertion', withoutUser],
    ['code', code],
    ['redirect_uri', code],
  ];
  it.each(texts)('%s that is no text', async (name, fields) => {
    for (const value of [7, 0, true, false, ['client_credentials'], { name }, []]) {
      expect(await refusalOf(jsonEvent({ ...fields, [name]: value }))).toMatchObject({
        status: 400,
        error: 'invalid_request',
        reason: 'field',
        description: expect.stringMatching(new RegExp(`^${name}.*string`)),
        vends: 0,
      });
    }
  });
});
