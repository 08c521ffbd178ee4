/**
 * The policy that the front-door tests run under. Roles are named for what they may do; every scope and grant type
 * of Connect's table is granted to somebody. `more` are clients by name, each with a base URL; the refresh function
 * keeps a token of each in `keptWarm`.
 */
export function policyText(
  baseUrl: string,
  more: Readonly<Record<string, string>> = {},
  keptWarm: readonly string[] = [],
): string {
  return `
version: 1
clients:
${Object.entries(more)
  .map(([name, url]) => `  ${name}: { baseUrl: '${url}', secretName: connect/${name}${otherHost(url)} }`)
  .join('\n')}
  acme:
    baseUrl: ${baseUrl}
    secretName: connect/acme
    scopes:
      connect:private_thing: [client_credentials]
  beta:
    baseUrl: ${baseUrl}
    secretName: connect/beta
    scopeSeparator: space
  unset:
    baseUrl: ${baseUrl}
    secretName: connect/unset
grants:
  - id: checkout
    principals: ['arn:aws:iam::111122223333:role/apps/checkout-api', 'arn:aws:iam::111122223333:user/ci']
    client: acme
    grantType: client_credentials
    scopes: [connect:fulfillment]
    retailerIds: [the-garden]
  - id: back-office
    principals: ['arn:aws:iam::111122223333:role/back-office-*', 'arn:aws:iam::444455556666:role/partner']
    client: acme
    grantType: client_credentials
    scopes:
      - connect:fulfillment
      - Connect::Orders::RatingService
      - connect:recommendations
      - connect:compliance
      - connect:data_ingestion
      - connect:ian
      - connect:private_thing
  - id: beta
    principals: ['arn:aws:iam::111122223333:role/back-office-*']
    client: beta
    grantType: client_credentials
    scopes: [connect:fulfillment, connect:ian]
  - id: unset
    principals: ['arn:aws:iam::111122223333:role/back-office-*']
    client: unset
    grantType: client_credentials
    scopes: [connect:fulfillment]
  - id: transactions
    principals: ['arn:aws:iam::111122223333:role/point-of-sale']
    client: acme
    grantType: client_credentials
    unscoped: true
  - id: ledger-transactions
    principals: ['arn:aws:iam::111122223333:role/ledger']
    client: acme
    grantType: client_credentials
    unscoped: true
  - id: ledger
    principals: ['arn:aws:iam::111122223333:role/ledger']
    client: acme
    grantType: client_credentials
    scopes: [connect:fulfillment, connect:ian]
  - id: order-history
    principals: ['arn:aws:iam::111122223333:role/storefront']
    client: acme
    grantType: fulfillment_user_assertion
    scopes: [connect:post_checkout, connect:recommendations, 'Connect::Orders::RatingService']
    users: ['shopper-*', guest]
  - id: retailer-assertions
    principals: ['arn:aws:iam::111122223333:role/storefront']
    client: acme
    grantType: urn:ietf:params:oauth:grant-type:retailer-json-bearer
    scopes: [connect:recommendations, 'Connect::Orders::RatingService']
    users: ['*']
  - id: linking
    principals: ['arn:aws:iam::111122223333:role/account-linking']
    client: acme
    grantType: authorization_code
    scopes: [account_linking]
    redirectUris: [https://shop.example/instacart/callback]
  - id: operators
    principals: ['arn:aws:iam::111122223333:role/AWSReservedSSO_Ops_*']
    client: acme
    grantType: client_credentials
    scopes: [connect:fulfillment]
    maxMinTtl: 600
    revoke: true
${Object.keys(more).map(grantsOf).join('')}
keepWarm:
  - { client: acme, scopes: [connect:fulfillment] }
  - { client: acme, scopes: [connect:ian] }
${keptWarm.map((client) => `  - { client: ${client}, scopes: [connect:ian] }`).join('\n')}
`;
}

function grantsOf(client: string): string {
  return `
  - id: ${client}
    principals: ['arn:aws:iam::111122223333:role/back-office-*']
    client: ${client}
    grantType: client_credentials
    scopes: [connect:fulfillment, connect:ian]
  - id: ${client}-linking
    principals: ['arn:aws:iam::111122223333:role/account-linking']
    client: ${client}
    grantType: authorization_code
    scopes: [account_linking]
    redirectUris: [https://shop.example/instacart/callback]`;
}

/** What a policy must say out loud of a host that is neither Instacart's nor on this machine. */
function otherHost(url: string): string {
  const { hostname } = new URL(url);
  return /^(localhost|127\.0\.0\.1|\[::1\])$|\.instacart\.(com|tools)$/.test(hostname)
    ? ''
    : ', otherHost: true';
}
