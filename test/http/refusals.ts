import type { Reason } from '../../lambda/http/oauth-error.ts';
import type { ErrorCode } from '../../lambda/protocol/error-codes.ts';
import { canary } from '../support/canary.ts';
import {
  ask,
  askByForm,
  askForUser,
  assertionOf,
  type CallerRequest,
  link,
} from '../support/good-requests.ts';
import { callback } from '../support/world.ts';

/** A good request with one thing wrong, how it is refused, and what its description must say. */
export type Refusal = [
  what: string,
  request: CallerRequest,
  status: number,
  error: ErrorCode,
  reason: Reason,
  says?: string,
];

const wrongField = [400, 'invalid_request', 'field'] as const;
const denied = [403, 'unauthorized_client'] as const;
const unknownScope = [400, 'invalid_scope', 'unknown_scope'] as const;
const unsupported = [400, 'unsupported_grant_type', 'unsupported_grant_type'] as const;

// biome-ignore format: a row a line
export const refusals: Refusal[] = [
  ['an empty body', ask({}, { body: '' }), 400, 'invalid_request', 'body'],
  ['half an object', ask({}, { body: `{"code":"${canary}` }), 400, 'invalid_request', 'body'],
  ['a list', ask({}, { body: '["client_credentials"]' }), 400, 'invalid_request', 'body'],
  ['null', ask({}, { body: 'null' }), 400, 'invalid_request', 'body'],
  ['a string', ask({}, { body: `"${canary}"` }), 400, 'invalid_request', 'body'],
  ['two objects', ask({}, { body: '{}{}' }), 400, 'invalid_request', 'body'],
  ['a JSON bomb', ask({}, { body: '['.repeat(8_000) }), 400, 'invalid_request', 'body'],
  ['a form sent as JSON', ask({}, { body: askByForm().body }), 400, 'invalid_request', 'body', 'Send a form as application/x-www-form-urlencoded'],
  ['JSON sent as a form', { ...askByForm(), body: ask().body }, 400, 'invalid_request', 'body', 'Send JSON as application/json'],

  ['a repeated form field', askByForm('&client_id=beta'), ...wrongField, 'repeated'],
  ['a field repeated alike', askByForm('&client_id=acme'), ...wrongField, 'repeated'],
  ['a repeated unknown field', askByForm('&x=1&x=2'), ...wrongField, 'repeated'],
  ['a min_ttl of words', ask({ min_ttl: 'long' }), ...wrongField, 'min_ttl'],
  ['a min_ttl with a unit', ask({ min_ttl: '60s' }), ...wrongField, 'min_ttl'],
  ['a min_ttl in hexadecimal', askByForm('&min_ttl=0x10'), ...wrongField, 'min_ttl'],
  ['an infinite min_ttl', ask({}, { body: ask().body.replace('}', ',"min_ttl":1e999}') }), ...wrongField, 'min_ttl'],
  ['half a second of min_ttl', ask({ min_ttl: 0.5 }), ...wrongField, 'min_ttl'],
  ['a token as its hash', ask({ refused_token_sha256: canary }), ...wrongField, 'in hex'],
  ['a hash in Base64', ask({ refused_token_sha256: `${'a'.repeat(43)}=` }), ...wrongField],
  ['no hexadecimal', ask({ refused_token_sha256: 'g'.repeat(64) }), ...wrongField, 'in hex'],
  ['a retailer id with a space', forRetailer('the garden'), ...wrongField, 'X-Retailer-Id'],
  ['a user id with a line end', askForUser({ user_id: 'guest\n' }), ...wrongField, 'user_id'],
  ['a user id with a DEL', askForUser({ user_id: 'guest\u007f' }), ...wrongField, 'user_id'],
  ['half a surrogate pair', askForUser({ user_id: 'guest\ud800' }), ...wrongField, 'user_id'],
  ['an assertion and a user id', askForUser({ assertion: 'eyJ1c2VyX2lkIjoiZ3Vlc3QifQ==' }), ...wrongField, 'not both'],
  ['an assertion in clear', byAssertion('{"user_id":"guest"}'), ...wrongField, 'Base64'],
  ['an assertion without padding', byAssertion('eyJ1c2VyX2lkIjoiZ3Vlc3QifQ'), ...wrongField, 'Base64'],
  ['an assertion of more', byAssertion(assertionOf({ user_id: 'guest', admin: true })), ...wrongField, 'Base64'],
  ['an assertion of a number', byAssertion(assertionOf({ user_id: 7 })), ...wrongField, 'Base64'],

  ['a refresh token', ask({ grant_type: 'refresh_token', refresh_token: canary }), ...unsupported],
  ['a password', ask({ grant_type: 'password', password: canary }), ...unsupported],
  ['a grant type of a prototype', ask({ grant_type: 'constructor' }), ...unsupported],
  ['a grant type in another case', ask({ grant_type: 'Client_Credentials' }), ...unsupported],
  ['a grant type and a space', ask({ grant_type: 'client_credentials ' }), ...unsupported],

  ['a body over the limit', ask({ x: 'x'.repeat(16_384) }), 413, 'invalid_request', 'size'],

  ['a user’s scope by client credentials', ask({ scope: 'connect:post_checkout' }), 400, 'invalid_scope', 'scope_needs_another_grant_type'],
  ['an unknown scope', ask({ scope: canary }), ...unknownScope, 'client_credentials: connect:fulfillment,'],
  ['a scope in another case', ask({ scope: 'Connect:Fulfillment' }), ...unknownScope, 'unknown scope'],
  ['a scope of a prototype', ask({ scope: '__proto__' }), ...unknownScope, 'unknown scope'],
  ['a scope of commas', ask({ scope: ' ,, ' }), ...unknownScope, 'blank'],
  ['two scopes with a no-break space between', ask({ scope: 'connect:fulfillment\u00a0connect:ian' }, { as: 'backOffice' }), ...unknownScope, 'unknown scope'],
  ['two scopes with a wide space between', ask({ scope: 'connect:fulfillment\u3000connect:ian' }, { as: 'backOffice' }), ...unknownScope, 'unknown scope'],
  ['two scopes with a line separator between', ask({ scope: 'connect:fulfillment\u2028connect:ian' }, { as: 'backOffice' }), ...unknownScope, 'unknown scope'],
  ['a scope after a byte-order mark', ask({ scope: '\ufeffconnect:fulfillment' }), ...unknownScope, 'unknown scope'],
  ['an unknown scope too', ask({ scope: 'connect:fulfillment,x' }), ...unknownScope, 'unknown scope'],
  ['no scope where several are granted', ask({ scope: undefined }, { as: 'backOffice' }), 400, 'invalid_scope', 'scope_needed'],

  ['no client where several are granted', ask({ client_id: undefined }, { as: 'backOffice' }), 400, 'invalid_request', 'client_needed'],
  ['an empty client where several are granted', ask({ client_id: '' }, { as: 'backOffice' }), 400, 'invalid_request', 'client_needed'],

  ['a signer let in by a pattern', ask({}, { as: 'lookalike' }), ...denied, 'caller', 'signed as role/AWSReservedSSO_Ops_Admin_0123456789abcdef of 111122223333.'],
  ['such a signer without a client', ask({ client_id: undefined }, { as: 'lookalike' }), ...denied, 'caller', 'signed as role/AWSReservedSSO_Ops_Admin_0123456789abcdef of 111122223333.'],
  ['an IAM user’s wrong scope', ask({ scope: 'connect:ian' }, { as: 'ci' }), ...denied, 'scope', 'signed as user/ci of 111122223333.'],
  ['an unknown client', ask({ client_id: canary }), ...denied, 'client', 'You are granted: acme.'],
  ['a client of a prototype', ask({ client_id: '__proto__' }), ...denied, 'client'],
  ['a client in another case', ask({ client_id: 'Acme' }), ...denied, 'client'],
  ['a client granted to others', ask({ client_id: 'beta' }), ...denied, 'client', 'You are granted: acme.'],
  ['a grant type granted to others', askForUser({}, { as: 'checkout' }), ...denied, 'grant_type', 'You are granted for it: client_credentials.'],
  ['a scope granted to others', ask({ scope: 'connect:ian' }), ...denied, 'scope', 'You are granted for this client: connect:fulfillment.'],
  ['one scope too many', ask({ scope: 'connect:fulfillment connect:ian' }), ...denied, 'scope', 'all of those scopes'],
  ['a scope for the unscoped grant', ask({}, { as: 'pointOfSale' }), ...denied, 'scope', 'You are granted for this client: a token without a scope.'],
  ['another client’s private scope', askBeta('connect:private_thing'), ...denied, 'scope', 'You are granted for this client: connect:fulfillment, connect:ian.'],
  ['a user who is not granted', askForUser({ user_id: canary }), ...denied, 'user'],
  ['such a user in an assertion', byAssertion(assertionOf({ user_id: canary })), ...denied, 'user'],
  ['the start of a user prefix', askForUser({ user_id: 'shopper' }), ...denied, 'user'],
  ['a user prefix in the middle', askForUser({ user_id: 'x-shopper-1' }), ...denied, 'user'],
  ['a user prefix in another case', askForUser({ user_id: 'Shopper-1' }), ...denied, 'user'],
  ['a star for a user', askForUser({ user_id: '*' }), ...denied, 'user'],
  ['an exact user and more', askForUser({ user_id: 'guest2' }), ...denied, 'user'],
  ['an exact user in another case', askForUser({ user_id: 'Guest' }), ...denied, 'user'],
  ['a redirect URI that is not granted', link({ redirect_uri: 'https://evil.example/' }), ...denied, 'redirect_uri', `request: ${callback}.`],
  ['a redirect URI and a slash', link({ redirect_uri: `${callback}/` }), ...denied, 'redirect_uri'],
  ['a redirect URI in another case', link({ redirect_uri: callback.replace('/c', '/C') }), ...denied, 'redirect_uri'],
  ['a retailer id that is not granted', forRetailer(canary), ...denied, 'retailer_id', 'request: the-garden.'],
  ['a retailer id in another case', forRetailer('The-Garden'), ...denied, 'retailer_id'],
  ['two retailer ids in one', forRetailer('the-garden,other'), ...denied, 'retailer_id'],
  ['a retailer id granted to others', { ...forRetailer('the-garden'), as: 'operator' }, ...denied, 'retailer_id', 'request: none.'],
  ['a min_ttl above the grant', ask({ min_ttl: 601 }, { as: 'operator' }), ...denied, 'max_min_ttl'],
];

function forRetailer(id: string): CallerRequest {
  return ask({}, { headers: { 'content-type': 'application/json', 'x-retailer-id': id } });
}

function askBeta(scope: string): CallerRequest {
  return ask({ client_id: 'beta', scope }, { as: 'backOffice' });
}

function byAssertion(assertion: string): CallerRequest {
  return askForUser({ user_id: undefined, assertion });
}

/** What a description must say, whatever the row. */
export const saysOf: Partial<Record<Reason, string>> = {
  path: 'No such path',
  method: 'Use POST',
  query: 'Query strings',
  content_type: 'Content-Type',
  size: '16 kB',
  body: 'JSON object',
  unsupported_grant_type: 'grant_type must be one of: client_credentials, fulfillment_user_assertion,',
  scope_needed: 'connect:compliance, connect:data_ingestion, connect:fulfillment, connect:ian',
  scope_needs_another_grant_type: 'only for fulfillment_user_assertion',
  client_needed: 'Send client_id. You are granted: acme, beta, unset.',
  caller: 'The policy grants you nothing.',
  client: 'does not grant you that client_id. You are granted: ',
  grant_type: 'does not grant you that grant_type for this client. You are granted for it: ',
  scope: ' by this grant_type. You are granted for this client: ',
  user: 'signed as role/storefront of 111122223333. The policy does not grant you that user. (',
  redirect_uri: 'does not grant you that redirect_uri. You are granted with the rest of this request: ',
  retailer_id: 'does not grant you that X-Retailer-Id. You are granted with the rest of this request: ',
  max_min_ttl: 'does not grant you that much min_ttl. You are granted at most 600 seconds.',
};
