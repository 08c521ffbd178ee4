/** Names that the contract forbids in a query string, written down from its page: a name that the code forgets is missed. */
export const forbiddenInQuery = [
  'client_id',
  'client_secret',
  'client_assertion',
  'grant_type',
  'scope',
  'code',
  'redirect_uri',
  'assertion',
  'refresh_token',
  'token',
  'access_token',
];
