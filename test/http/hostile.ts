import type { ErrorCode } from '../../lambda/protocol/error-codes.ts';
import { canary } from '../support/canary.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const json = (fields: object) => JSON.stringify(fields);
const userGrant = 'fulfillment_user_assertion';
const retailerGrant = 'urn:ietf:params:oauth:grant-type:retailer-json-bearer';

/** `requestContext.identity` as API Gateway would never send it, or of somebody who is granted nothing. */
export const hostileIdentities: Array<[string, { userArn?: unknown; accountId?: unknown }]> = [
  ['no identity', {}],
  ['null', { userArn: null, accountId: null }],
  ['an empty ARN', { userArn: '', accountId: '111122223333' }],
  ['the root user', { userArn: 'arn:aws:iam::111122223333:root', accountId: '111122223333' }],
  [
    'a federated user',
    { userArn: 'arn:aws:sts::111122223333:federated-user/checkout-api', accountId: '111122223333' },
  ],
  [
    'another account under the same role name',
    { userArn: 'arn:aws:sts::999988887777:assumed-role/checkout-api/s1', accountId: '999988887777' },
  ],
  [
    'an account that is not the signer’s',
    { userArn: 'arn:aws:sts::111122223333:assumed-role/checkout-api/s1', accountId: '999988887777' },
  ],
  ['no account', { userArn: 'arn:aws:sts::111122223333:assumed-role/checkout-api/s1' }],
  [
    'a session named like the role',
    { userArn: 'arn:aws:sts::111122223333:assumed-role/other/checkout-api', accountId: '111122223333' },
  ],
  [
    'a role that begins like the granted one',
    { userArn: 'arn:aws:sts::111122223333:assumed-role/checkout-api-2/s1', accountId: '111122223333' },
  ],
  [
    'a role in another case',
    { userArn: 'arn:aws:sts::111122223333:assumed-role/Checkout-Api/s1', accountId: '111122223333' },
  ],
  [
    'another partition',
    { userArn: 'arn:aws-cn:sts::111122223333:assumed-role/checkout-api/s1', accountId: '111122223333' },
  ],
  [
    'a role’s path in the session',
    { userArn: 'arn:aws:sts::111122223333:assumed-role/apps/checkout-api', accountId: '111122223333' },
  ],
  [
    'a path before the role',
    { userArn: 'arn:aws:sts::111122223333:assumed-role/apps/checkout-api/s1', accountId: '111122223333' },
  ],
  [
    'a user named like the role',
    { userArn: 'arn:aws:iam::111122223333:user/checkout-api', accountId: '111122223333' },
  ],
  [
    'a role named like the user',
    { userArn: 'arn:aws:sts::111122223333:assumed-role/ci/s1', accountId: '111122223333' },
  ],
  ['a role ARN', { userArn: 'arn:aws:iam::111122223333:role/apps/checkout-api', accountId: '111122223333' }],
  [
    'a line end after the ARN',
    { userArn: 'arn:aws:sts::111122223333:assumed-role/checkout-api/s1\n', accountId: '111122223333' },
  ],
  [
    'two ARNs',
    {
      userArn:
        'arn:aws:sts::111122223333:assumed-role/checkout-api/s1,arn:aws:sts::111122223333:assumed-role/x/s1',
      accountId: '111122223333',
    },
  ],
  [
    'a star for a role',
    { userArn: 'arn:aws:sts::111122223333:assumed-role/*/s1', accountId: '111122223333' },
  ],
  ['a star for the account', { userArn: 'arn:aws:sts::*:assumed-role/checkout-api/s1', accountId: '*' }],
  [
    'a null byte',
    { userArn: 'arn:aws:sts::111122223333:assumed-role/checkout-api\u0000/s1', accountId: '111122223333' },
  ],
  [
    'a full-width digit',
    { userArn: 'arn:aws:sts::11112222333３:assumed-role/checkout-api/s1', accountId: '11112222333３' },
  ],
  ['an object', { userArn: { toString: 'x' }, accountId: '111122223333' }],
  ['a number', { userArn: 7, accountId: 111122223333 }],
  [
    'a permission set whose name goes on',
    {
      userArn: 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_Admin_0123456789abcdef/s1',
      accountId: '111122223333',
    },
  ],
  [
    'a permission set with upper-case hexadecimals',
    {
      userArn: 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789ABCDEF/s1',
      accountId: '111122223333',
    },
  ],
  [
    'a permission set with 15 characters',
    {
      userArn: 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcde/s1',
      accountId: '111122223333',
    },
  ],
  [
    'an ARN of 100 000 characters',
    {
      userArn: `arn:aws:sts::111122223333:assumed-role/${'a'.repeat(100_000)}/s1`,
      accountId: '111122223333',
    },
  ],
  [
    'the prefix of a pattern without its dash',
    { userArn: 'arn:aws:sts::111122223333:assumed-role/back-office/s1', accountId: '111122223333' },
  ],
];

export type HostileRequest = {
  /** Who signs: checkout, unless it says otherwise. */
  as?: 'backOffice' | 'pointOfSale' | 'storefront' | 'linker';
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
  status: number;
  error: ErrorCode;
};

const form = { 'content-type': 'application/x-www-form-urlencoded' };

export const hostileRequests: Array<[string, HostileRequest]> = [
  ['an empty body', { body: '', status: 400, error: 'invalid_request' }],
  [
    'a body of half an object',
    { body: `{"grant_type":"client_credentials","code":"${canary}`, status: 400, error: 'invalid_request' },
  ],
  ['a list', { body: '["client_credentials"]', status: 400, error: 'invalid_request' }],
  ['null', { body: 'null', status: 400, error: 'invalid_request' }],
  ['a string', { body: `"${canary}"`, status: 400, error: 'invalid_request' }],
  ['a form sent as JSON', { body: 'grant_type=client_credentials', status: 400, error: 'invalid_request' }],
  [
    'JSON sent as a form',
    { headers: form, body: '{"grant_type":"client_credentials"}', status: 400, error: 'invalid_request' },
  ],
  ['no grant type', { body: json({ scope: 'connect:fulfillment' }), status: 400, error: 'invalid_request' }],
  ['an empty grant type', { body: json({ grant_type: '' }), status: 400, error: 'invalid_request' }],
  [
    'a grant type that is a list',
    { body: json({ grant_type: ['client_credentials'] }), status: 400, error: 'invalid_request' },
  ],
  [
    'a scope that is a list',
    {
      body: json({ grant_type: 'client_credentials', scope: ['connect:fulfillment'] }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a scope that is null',
    { body: json({ grant_type: 'client_credentials', scope: null }), status: 400, error: 'invalid_request' },
  ],
  [
    'a client that is an object',
    {
      body: json({ grant_type: 'client_credentials', client_id: {} }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'no client where there are several',
    {
      body: json({ grant_type: 'client_credentials', client_id: '' }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a client secret',
    {
      body: json({ grant_type: 'client_credentials', client_id: 'acme', client_secret: canary }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a client assertion',
    {
      body: json({ grant_type: 'client_credentials', client_id: 'acme', client_assertion: canary }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a client secret in a form',
    {
      headers: form,
      body: `grant_type=client_credentials&client_id=acme&client_secret=${canary}`,
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a repeated form field',
    {
      headers: form,
      body: 'grant_type=client_credentials&client_id=acme&client_id=beta',
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a repeated unknown form field',
    {
      headers: form,
      body: 'grant_type=client_credentials&client_id=acme&x=1&x=2',
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a min_ttl of words',
    {
      body: json({ grant_type: 'client_credentials', client_id: 'acme', min_ttl: 'long' }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a negative min_ttl',
    {
      body: json({ grant_type: 'client_credentials', client_id: 'acme', min_ttl: -1 }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'half a second of min_ttl',
    {
      body: json({ grant_type: 'client_credentials', client_id: 'acme', min_ttl: 0.5 }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a min_ttl past two hours',
    {
      body: json({ grant_type: 'client_credentials', client_id: 'acme', min_ttl: 7201 }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'an infinite min_ttl',
    {
      body: '{"grant_type":"client_credentials","client_id":"acme","min_ttl":1e999}',
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a refresh token grant',
    {
      body: json({ grant_type: 'refresh_token', client_id: 'acme', refresh_token: canary }),
      status: 400,
      error: 'unsupported_grant_type',
    },
  ],
  [
    'a password grant',
    {
      body: json({ grant_type: 'password', client_id: 'acme', password: canary }),
      status: 400,
      error: 'unsupported_grant_type',
    },
  ],
  [
    'a grant type of a prototype',
    {
      body: json({ grant_type: 'constructor', client_id: 'acme' }),
      status: 400,
      error: 'unsupported_grant_type',
    },
  ],
  [
    'a grant type in another case',
    {
      body: json({ grant_type: 'Client_Credentials', client_id: 'acme' }),
      status: 400,
      error: 'unsupported_grant_type',
    },
  ],
  [
    'an unknown scope',
    {
      body: json({ grant_type: 'client_credentials', client_id: 'acme', scope: canary }),
      status: 400,
      error: 'invalid_scope',
    },
  ],
  [
    'a scope in another case',
    {
      body: json({ grant_type: 'client_credentials', client_id: 'acme', scope: 'Connect:Fulfillment' }),
      status: 400,
      error: 'invalid_scope',
    },
  ],
  [
    'a scope of a prototype',
    {
      body: json({ grant_type: 'client_credentials', client_id: 'acme', scope: '__proto__' }),
      status: 400,
      error: 'invalid_scope',
    },
  ],
  [
    'a scope of commas',
    {
      body: json({ grant_type: 'client_credentials', client_id: 'acme', scope: ' ,, ' }),
      status: 400,
      error: 'invalid_scope',
    },
  ],
  [
    'a user’s scope by client credentials',
    {
      body: json({ grant_type: 'client_credentials', client_id: 'acme', scope: 'connect:post_checkout' }),
      status: 400,
      error: 'invalid_scope',
    },
  ],
  [
    'a good scope and an unknown one',
    {
      body: json({ grant_type: 'client_credentials', client_id: 'acme', scope: 'connect:fulfillment,x' }),
      status: 400,
      error: 'invalid_scope',
    },
  ],
  [
    'no scope where several are granted',
    {
      as: 'backOffice',
      body: json({ grant_type: 'client_credentials', client_id: 'acme' }),
      status: 400,
      error: 'invalid_scope',
    },
  ],
  [
    'a client that is not in the policy',
    {
      body: json({ grant_type: 'client_credentials', client_id: canary }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'a client of a prototype',
    {
      body: json({ grant_type: 'client_credentials', client_id: '__proto__' }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'a client that is granted to others',
    {
      body: json({ grant_type: 'client_credentials', client_id: 'beta', scope: 'connect:fulfillment' }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'a private scope of another client',
    {
      as: 'backOffice',
      body: json({ grant_type: 'client_credentials', client_id: 'beta', scope: 'connect:private_thing' }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'a scope that is granted to others',
    {
      body: json({ grant_type: 'client_credentials', client_id: 'acme', scope: 'connect:ian' }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'one scope too many',
    {
      body: json({
        grant_type: 'client_credentials',
        client_id: 'acme',
        scope: 'connect:fulfillment connect:ian',
      }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'a named scope for the unscoped grant',
    {
      as: 'pointOfSale',
      body: json({ grant_type: 'client_credentials', client_id: 'acme', scope: 'connect:fulfillment' }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'a grant type that is granted to others',
    {
      body: json({
        grant_type: userGrant,
        client_id: 'acme',
        scope: 'connect:post_checkout',
        user_id: 'guest',
      }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'a retailer id that is not granted',
    {
      headers: { 'x-retailer-id': canary },
      body: json({ grant_type: 'client_credentials', client_id: 'acme' }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'a retailer id with a space',
    {
      headers: { 'x-retailer-id': 'the garden' },
      body: json({ grant_type: 'client_credentials', client_id: 'acme' }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'two retailer ids in one',
    {
      headers: { 'x-retailer-id': 'the-garden,other' },
      body: json({ grant_type: 'client_credentials', client_id: 'acme' }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'a user who is not granted',
    {
      as: 'storefront',
      body: json({
        grant_type: userGrant,
        client_id: 'acme',
        scope: 'connect:post_checkout',
        user_id: canary,
      }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'the start of a user prefix',
    {
      as: 'storefront',
      body: json({
        grant_type: userGrant,
        client_id: 'acme',
        scope: 'connect:post_checkout',
        user_id: 'shopper',
      }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'a star for a user',
    {
      as: 'storefront',
      body: json({ grant_type: userGrant, client_id: 'acme', scope: 'connect:post_checkout', user_id: '*' }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'an exact user and more',
    {
      as: 'storefront',
      body: json({
        grant_type: userGrant,
        client_id: 'acme',
        scope: 'connect:post_checkout',
        user_id: 'guest2',
      }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'an assertion for a user who is not granted',
    {
      as: 'storefront',
      body: json({
        grant_type: userGrant,
        client_id: 'acme',
        scope: 'connect:post_checkout',
        assertion: base64(json({ user_id: canary })),
      }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'an assertion and a user id',
    {
      as: 'storefront',
      body: json({
        grant_type: userGrant,
        client_id: 'acme',
        scope: 'connect:post_checkout',
        user_id: 'guest',
        assertion: base64(json({ user_id: 'guest' })),
      }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'neither assertion nor user id',
    {
      as: 'storefront',
      body: json({ grant_type: userGrant, client_id: 'acme', scope: 'connect:post_checkout' }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'an assertion that is no Base64',
    {
      as: 'storefront',
      body: json({
        grant_type: userGrant,
        client_id: 'acme',
        scope: 'connect:post_checkout',
        assertion: `{"user_id":"${canary}"}`,
      }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'an assertion with more than a user id',
    {
      as: 'storefront',
      body: json({
        grant_type: userGrant,
        client_id: 'acme',
        scope: 'connect:post_checkout',
        assertion: base64(json({ user_id: 'guest', admin: true })),
      }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a user id with a line end',
    {
      as: 'storefront',
      body: json({
        grant_type: userGrant,
        client_id: 'acme',
        scope: 'connect:post_checkout',
        user_id: 'guest\n',
      }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a user id of 257 characters',
    {
      as: 'storefront',
      body: json({
        grant_type: userGrant,
        client_id: 'acme',
        scope: 'connect:post_checkout',
        user_id: `shopper-${'a'.repeat(249)}`,
      }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a retailer assertion that is missing',
    {
      as: 'storefront',
      body: json({ grant_type: retailerGrant, client_id: 'acme', scope: 'connect:recommendations' }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a code without its redirect URI',
    {
      as: 'linker',
      body: json({ grant_type: 'authorization_code', client_id: 'acme', code: canary }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a redirect URI without its code',
    {
      as: 'linker',
      body: json({
        grant_type: 'authorization_code',
        client_id: 'acme',
        redirect_uri: 'https://shop.example/instacart/callback',
      }),
      status: 400,
      error: 'invalid_request',
    },
  ],
  [
    'a redirect URI that is not granted',
    {
      as: 'linker',
      body: json({
        grant_type: 'authorization_code',
        client_id: 'acme',
        code: canary,
        redirect_uri: 'https://evil.example/',
      }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'a redirect URI with a slash more',
    {
      as: 'linker',
      body: json({
        grant_type: 'authorization_code',
        client_id: 'acme',
        code: canary,
        redirect_uri: 'https://shop.example/instacart/callback/',
      }),
      status: 403,
      error: 'unauthorized_client',
    },
  ],
  [
    'a client secret in the query',
    { path: `/v2/oauth/token?client_secret=${canary}`, status: 403, error: 'query_params_forbidden' },
  ],
  [
    'a grant type in the query, in capitals',
    { path: '/v2/oauth/token?GRANT_TYPE=client_credentials', status: 403, error: 'query_params_forbidden' },
  ],
  [
    'an escaped name in the query',
    { path: `/v2/oauth/token?c%6Fde=${canary}`, status: 403, error: 'query_params_forbidden' },
  ],
  [
    'an empty token in the query',
    { path: '/v2/oauth/token?access_token=', status: 403, error: 'query_params_forbidden' },
  ],
  [
    'a code in the query of another path',
    {
      method: 'GET',
      path: `/callback?code=${canary}`,
      body: '',
      status: 403,
      error: 'query_params_forbidden',
    },
  ],
  ['another path', { path: '/v1/oauth/token', status: 404, error: 'invalid_request' }],
  [
    'the revocation path',
    { path: '/v2/oauth/token/revoke', body: json({ token: canary }), status: 404, error: 'invalid_request' },
  ],
  ['the root', { path: '/', status: 404, error: 'invalid_request' }],
  ['a path in another case', { path: '/V2/OAuth/Token', status: 404, error: 'invalid_request' }],
  ['GET', { method: 'GET', body: '', status: 405, error: 'invalid_request' }],
  ['PUT', { method: 'PUT', status: 405, error: 'invalid_request' }],
  ['DELETE', { method: 'DELETE', body: '', status: 405, error: 'invalid_request' }],
  [
    'a body of 16 kB and one byte',
    {
      body: json({ grant_type: 'client_credentials', x: 'a'.repeat(16_384) }),
      status: 413,
      error: 'invalid_request',
    },
  ],
  [
    '16 kB of two-byte characters',
    { body: json({ x: 'é'.repeat(8_200) }), status: 413, error: 'invalid_request' },
  ],
  ['plain text', { headers: { 'content-type': 'text/plain' }, status: 415, error: 'invalid_request' }],
  ['XML', { headers: { 'content-type': 'application/xml' }, status: 415, error: 'invalid_request' }],
  [
    'a content type that begins like JSON',
    { headers: { 'content-type': 'application/json5' }, status: 415, error: 'invalid_request' },
  ],
  ['no content type', { headers: { 'content-type': '' }, status: 415, error: 'invalid_request' }],
  ['a JSON bomb', { body: '['.repeat(8_000), status: 400, error: 'invalid_request' }],
];
