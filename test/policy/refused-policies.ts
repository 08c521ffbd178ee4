import { goodPolicy, toYaml, withClient, withGrant, withKeepWarm } from '../support/policies.ts';

const user = 'fulfillment_user_assertion';
const bearer = 'urn:ietf:params:oauth:grant-type:retailer-json-bearer';

/**
 * What is wrong, the file, and the one complaint about it: LINE:COL path: text. A cross-reference is wrong because of
 * another entry of the file, which a JSON Schema cannot look up.
 */
export type Refused = readonly [
  what: string,
  policy: string,
  complaint: string | RegExp,
  kind?: 'cross-reference' | undefined,
];

const two = goodPolicy();
two.clients['other'] = { secretName: 'connect/other' };

/** Ten grants and an entry of keepWarm, which all name the one client. */
const manyEntries = {
  ...goodPolicy(),
  grants: Array.from({ length: 10 }, (_, index) => ({ ...goodPolicy().grants[0], id: `grant-${index}` })),
  keepWarm: [{ client: 'acme', scopes: ['connect:fulfillment'] }],
};
const ofAnotherClient = manyEntries.grants.map((grant, index) =>
  index > 7 ? { ...grant, client: 'acne' } : grant,
);

const file: Refused[] = [
  ['an empty file', '', '1:1 the file has no policy in it: write version: 1, clients: and grants:'],
  ['a list', '- 1', '1:1 the file has no policy in it: write version: 1, clients: and grants:'],
  ['a repeated key', 'version: 1\nversion: 1', '2:1 this key is repeated: keep one of the two'],
  [
    'two documents',
    'version: 1\n---\nversion: 1',
    '2:1 a second document begins here: write one, without the --- line',
  ],
  [
    'a bare star',
    'grants:\n  - users: [*]',
    "2:13 * without quotes has a meaning of its own in YAML: write '*'",
  ],
  ['an alias without anchor', 'grants: *x', '1:9 YAML aliases are not allowed: write the value itself'],
  [
    'bad indentation',
    'version: 1\n grants: 2',
    '1:10 this is not valid YAML: Nested mappings are not allowed in compact mappings',
  ],
  ['a fault that hides the rest', '- a\nb: c', '2:1 this is not valid YAML: Unexpected scalar at node end'],
  ['a tab', 'clients:\n\tacme: {}', '2:1 a tab cannot indent in YAML: write spaces'],
  [
    'a key without a space after its colon',
    'version:1\ngrants: 2',
    '1:1 a key has no value here: write a space after its colon',
  ],
  ['a merge key', 'a:\n  <<: { b: 1 }', '2:3 YAML merge keys are not allowed: write the keys themselves'],
  ['an unknown tag', 'version: !one 1', '1:10 this is not valid YAML: Unresolved tag: !one'],
  ['__proto__', 'version: 1\n__proto__: {}', '2:1 __proto__ is not allowed as a name: write another'],
  ['a file too long', `# ${'x'.repeat(300_000)}`, '1:1 is longer than 262144 characters: shorten it'],
  ['another version', toYaml({ ...goodPolicy(), version: 2 }), '1:10 version: write version: 1'],
  ['no version', toYaml({ ...goodPolicy(), version: undefined }), '1:1 version: write version: 1'],
  [
    'no clients',
    toYaml({ ...goodPolicy(), clients: {} }),
    '2:1 clients: is empty: write at least one client: its name, and below it secretName',
  ],
  [
    'no grants',
    toYaml({ ...goodPolicy(), grants: [] }),
    '5:1 grants: is empty: write at least one grant, or nobody gets anything',
  ],
  [
    'an unknown key with a near one',
    toYaml({ ...goodPolicy(), keepwarm: [] }),
    '14:1 keepwarm: no such key: write keepWarm',
  ],
  [
    'a misspelt key that is required',
    toYaml(goodPolicy()).replace('\ngrants:', '\ngrant:'),
    '5:1 grant: no such key: write grants',
  ],
  [
    'an unknown key',
    toYaml({ ...goodPolicy(), description: 'x' }),
    '14:1 description: no such key: remove it, or write one of version, clients, grants, keepWarm, prober',
  ],
];

const clients: Refused[] = [
  [
    'a client name in capitals',
    toYaml(goodPolicy()).replace('  acme:', '  Acme:').replace('client: acme', 'client: Acme'),
    '3:3 clients.Acme: write a name of up to 64 lower-case letters, digits, - and _, for example acme',
  ],
  [
    'an unknown key of a client',
    withClient({ secret: 'x' }),
    '5:5 clients.acme.secret: no such key: remove it, or write one of baseUrl, otherHost, secretName, secretArn, kmsKeyArn, scopeSeparator, scopes',
  ],
  [
    'a mistyped key of a client',
    withClient({ base_url: 'x' }),
    '5:5 clients.acme.base_url: no such key: write baseUrl',
  ],
  [
    'a mistyped key that a client needs',
    toYaml(goodPolicy()).replace('secretName', 'secret_name'),
    '4:5 clients.acme.secret_name: no such key: write secretName',
  ],
  [
    'a client that is misspelt where it is defined',
    toYaml(manyEntries).replace('  acme:', '  acne:'),
    '9:13 grants[0].client: no such client: write acne, here and in 10 more',
    'cross-reference',
  ],
  [
    'a client that is misspelt in two grants',
    toYaml({ ...manyEntries, grants: ofAnotherClient }),
    '65:13 grants[8].client: no such client: write acme, here and in 1 more',
    'cross-reference',
  ],
  [
    'a client name in capitals that every entry has',
    toYaml(manyEntries).replaceAll('acme', 'Acme'),
    '3:3 clients.Acme: write a name of up to 64 lower-case letters, digits, - and _, for example acme',
  ],
  [
    'an empty client',
    toYaml(goodPolicy()).replace('\n    secretName: connect/acme', ''),
    '3:3 clients.acme: is missing: write secretName: connect/NAME below it',
  ],
  [
    'a client without a secret',
    withClient({ secretName: undefined, scopeSeparator: 'comma' }),
    '3:3 clients.acme: has no secret: write secretName: connect/NAME, or secretArn for one that exists already',
  ],
  [
    'two secrets',
    withClient({ secretArn: secretArn() }),
    '5:16 clients.acme.secretArn: cannot be used with secretName: write secretName for a secret that the stack creates, or secretArn for one that exists already',
  ],
  [
    'a secret name with a space',
    withClient({ secretName: 'a b' }),
    '4:17 clients.acme.secretName: write a name of letters, digits and /_+=.@-, for example connect/acme',
  ],
  [
    'half a secret ARN',
    withClient({
      secretName: undefined,
      secretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:a',
    }),
    "4:16 clients.acme.secretArn: write the secret's whole ARN, with the 6 characters that AWS put at its end",
  ],
  [
    'a wildcard secret ARN',
    withClient({
      secretName: undefined,
      secretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:*-AbCdEf',
    }),
    "4:16 clients.acme.secretArn: write the secret's whole ARN, with the 6 characters that AWS put at its end",
  ],
  [
    'a key for a secret that the stack makes',
    withClient({ kmsKeyArn: keyArn() }),
    '5:16 clients.acme.kmsKeyArn: can only be used with secretArn: remove it, the stack creates a key for its own secrets',
  ],
  [
    'a key alias',
    withClient({
      secretName: undefined,
      secretArn: secretArn(),
      kmsKeyArn: 'arn:aws:kms:us-east-1:111122223333:alias/x',
    }),
    "5:16 clients.acme.kmsKeyArn: write the key's ARN, not an alias's: arn:aws:kms:REGION:ACCOUNT:key/ID",
  ],
  [
    'a key of another region',
    withClient({ secretName: undefined, secretArn: secretArn(), kmsKeyArn: keyArn('eu-west-1') }),
    "5:16 clients.acme.kmsKeyArn: must be in the secret's region: write a key in us-east-1",
    'cross-reference',
  ],
  [
    'one secret for two clients',
    toYaml({ ...two, clients: { ...two.clients, other: two.clients['acme'] } }),
    '6:17 clients.other.secretName: client acme already has this secret: use that client, or write another secret',
    'cross-reference',
  ],
  [
    'a separator of its own',
    withClient({ scopeSeparator: ',' }),
    '5:21 clients.acme.scopeSeparator: write comma or space',
  ],
  [
    "a scope of Connect's among the private ones",
    withClient({ scopes: { 'connect:ian': [user] } }),
    "6:7 clients.acme.scopes.connect:ian: is one of Connect's own scopes: remove it, its grant types are known",
  ],
  [
    'a private scope with a comma',
    withClient({ scopes: { 'a,b': [user] } }),
    '6:7 clients.acme.scopes.a,b: write a scope by its name, for example connect:fulfillment',
  ],
  [
    'a private scope without grant types',
    withClient({ scopes: { a: [] } }),
    '6:7 clients.acme.scopes.a: is empty: write the grant types of the scope, such as [client_credentials]',
  ],
  [
    'a private scope with a grant type that is none',
    withClient({ scopes: { a: ['password'] } }),
    `7:11 clients.acme.scopes.a[0]: write client_credentials, ${user}, ${bearer} or authorization_code`,
  ],
  ...(
    [
      [
        'http',
        'http://connect.instacart.com',
        'must be https (http on localhost, 127.0.0.1 or [::1] only): write https://connect.instacart.com',
      ],
      [
        'a path',
        'https://connect.instacart.com/v2',
        'must name the server only, without path, query or anything else: write https://connect.instacart.com',
      ],
      [
        'a query',
        'https://connect.instacart.com/?a=b',
        'must name the server only, without path, query or anything else: write https://connect.instacart.com',
      ],
      [
        'an empty query',
        'https://connect.instacart.com/?',
        'must name the server only, without path, query or anything else: write https://connect.instacart.com',
      ],
      [
        'a user',
        'https://a:b@connect.instacart.com',
        'must name the server only, without path, query or anything else: write https://connect.instacart.com',
      ],
      [
        'a fragment',
        'https://connect.instacart.com/#',
        'must name the server only, without path, query or anything else: write https://connect.instacart.com',
      ],
      [
        'another scheme',
        'ftp://connect.instacart.com',
        'must be the URL of a server: write https://connect.instacart.com',
      ],
      [
        'a name that only looks like loopback',
        'http://localhost.example',
        'must be https (http on localhost, 127.0.0.1 or [::1] only): write https://localhost.example',
      ],
      [
        'a space',
        'https://connect.instacart.com ',
        'must be the URL of a server: write https://connect.instacart.com',
      ],
      [
        'a backslash',
        'https://connect.instacart.com\\',
        'must be the URL of a server: write https://connect.instacart.com',
      ],
    ] as const
  ).map(
    ([what, baseUrl, text]): Refused => [
      `a base URL with ${what}`,
      withClient({ baseUrl }),
      `5:14 clients.acme.baseUrl: ${text}`,
    ],
  ),
];

const grants: Refused[] = [
  [
    'an unknown key of a grant',
    withGrant({ grant_type: 'x' }),
    '13:5 grants[0].grant_type: no such key: write grantType',
  ],
  [
    'a grant that is text',
    toYaml({ ...goodPolicy(), grants: ['checkout'] }),
    '6:5 grants[0]: write a grant: id, principals, client, grantType and scopes',
  ],
  [
    'an id with a space',
    withGrant({ id: 'a b' }),
    '6:9 grants[0].id: write a name of up to 64 letters, digits, dots, - and _',
  ],
  [
    'a repeated id',
    toYaml({ ...goodPolicy(), grants: [...goodPolicy().grants, ...goodPolicy().grants] }),
    '13:9 grants[1].id: grants[0] has the same id: write another',
    'cross-reference',
  ],
  [
    'an unknown client',
    withGrant({ client: 'constructor' }),
    '9:13 grants[0].client: no such client: write acme',
    'cross-reference',
  ],
  [
    'an unknown grant type',
    withGrant({ grantType: 'password' }),
    `10:16 grants[0].grantType: write client_credentials, ${user}, ${bearer} or authorization_code`,
  ],
  [
    'no principals',
    withGrant({ principals: undefined }),
    '6:5 grants[0].principals: is missing: write a list, such as [arn:aws:iam::111122223333:role/NAME]',
  ],
  [
    'an empty list of principals',
    withGrant({ principals: [] }),
    '7:5 grants[0].principals: is empty: write a list, such as [arn:aws:iam::111122223333:role/NAME]',
  ],
  [
    'a principal twice',
    withGrant({ principals: Array(2).fill('arn:aws:iam::111122223333:role/a') }),
    '9:9 grants[0].principals[1]: is in this list twice: keep one',
  ],
  [
    'principals of two partitions',
    withGrant({ principals: ['arn:aws:iam::111122223333:role/a', 'arn:aws-cn:iam::111122223333:role/a'] }),
    '9:9 grants[0].principals[1]: is in another partition than the first principal: write arn:aws:…',
    'cross-reference',
  ],
  [
    'neither scopes nor unscoped',
    withGrant({ scopes: undefined }),
    "6:5 grants[0]: has no scope: write scopes: [SCOPE], or unscoped: true for the Transaction API's token without a scope",
  ],
  [
    'scopes and unscoped',
    withGrant({ unscoped: true }),
    '13:15 grants[0].unscoped: cannot be used with scopes: write scopes in this grant, and unscoped: true in another',
  ],
  [
    'unscoped: false',
    withGrant({ scopes: undefined, unscoped: false }),
    '11:15 grants[0].unscoped: write unscoped: true, or leave it out',
  ],
  [
    'an empty list of scopes',
    withGrant({ scopes: [] }),
    '11:5 grants[0].scopes: is empty: write a list, such as [connect:fulfillment]',
  ],
  [
    'a scope that Connect lacks',
    withGrant({ scopes: ['connect:fulfilment'] }),
    "12:9 grants[0].scopes[0]: no such scope: write connect:fulfillment, or list a private one under the client's scopes",
  ],
  [
    'a scope named like a prototype',
    withGrant({ scopes: ['constructor'] }),
    /no such scope: write connect:fulfillment or Connect::Orders/,
  ],
  [
    'a scope by the wrong grant type',
    withGrant({ grantType: user, users: ['*'] }),
    `12:9 grants[0].scopes[0]: connect:fulfillment cannot be used with grantType ${user}: write grantType: client_credentials`,
  ],
  [
    'a scope that has several right grant types',
    withGrant({
      grantType: 'authorization_code',
      redirectUris: ['https://a.example/'],
      scopes: ['connect:recommendations'],
    }),
    `12:9 grants[0].scopes[0]: connect:recommendations cannot be used with grantType authorization_code: write grantType: client_credentials or ${user} or ${bearer}`,
  ],
  [
    "another client's private scope",
    toYaml({
      ...goodPolicy(),
      clients: { ...two.clients, other: { secretName: 'o', scopes: { mine: ['client_credentials'] } } },
      grants: [{ ...goodPolicy().grants[0], scopes: ['mine'] }],
    }),
    /no such scope: write/,
    'cross-reference',
  ],
  ...(
    [
      ['a scope that Connect lacks', 'connect:none', /no such scope: write/, 'cross-reference'],
      [
        "a scope of Connect's by the wrong grant type",
        'connect:post_checkout',
        /grantType: fulfillment_user/,
        undefined,
      ],
      [
        'its private scope by the wrong grant type',
        'mine',
        /grantType: authorization_code/,
        'cross-reference',
      ],
    ] as const
  ).map(([what, wanted, complaint, kind]): Refused => {
    const acme = { secretName: 's', scopes: { mine: ['authorization_code'] } };
    const checkout = { ...goodPolicy().grants[0], scopes: [wanted] };
    return [
      `${what}, for a client with private scopes`,
      toYaml({ ...goodPolicy(), clients: { acme }, grants: [checkout] }),
      complaint,
      kind,
    ];
  }),
  [
    'unscoped by another grant type',
    withGrant({ grantType: user, scopes: undefined, unscoped: true, users: ['*'] }),
    '11:15 grants[0].unscoped: can only be used with grantType client_credentials: write scopes instead',
  ],
  [
    'a user grant without users',
    withGrant({ grantType: user, scopes: ['connect:post_checkout'] }),
    "6:5 grants[0]: has no users: write users with ids or prefix*, or ['*'] for every user",
  ],
  [
    'a retailer bearer grant without users',
    withGrant({ grantType: bearer, scopes: ['connect:recommendations'] }),
    "6:5 grants[0]: has no users: write users with ids or prefix*, or ['*'] for every user",
  ],
  [
    'a retailer bearer grant for one user',
    withGrant({ grantType: bearer, scopes: ['connect:recommendations'], users: ['a'] }),
    "13:5 grants[0].users: cannot be checked, because the service cannot read a retailer's assertion: write ['*']",
  ],
  [
    'users of client_credentials',
    withGrant({ users: ['*'] }),
    `13:5 grants[0].users: can only be used with grantType ${user} or ${bearer}: remove it, or write that grantType`,
  ],
  ...['a*b', '**', '*a', '', 'a\u0000'].map(
    (pattern): Refused => [
      `the user pattern ${JSON.stringify(pattern)}`,
      withGrant({ grantType: user, scopes: ['connect:post_checkout'], users: [pattern] }),
      "14:9 grants[0].users[0]: write a user id in quotes, a prefix that ends in * or '*' for every user",
    ],
  ),
  [
    'a user id without quotes',
    withGrant({ grantType: user, scopes: ['connect:post_checkout'], users: [12] }),
    "14:9 grants[0].users[0]: YAML reads this as a number: write a user id in quotes, a prefix that ends in * or '*' for every user",
  ],
  [
    'authorization_code without redirect URIs',
    withGrant({ grantType: 'authorization_code', scopes: ['account_linking'] }),
    '6:5 grants[0]: has no redirect URI: write redirectUris, as registered with Instacart',
  ],
  [
    'redirect URIs of client_credentials',
    withGrant({ redirectUris: ['https://a.example/'] }),
    '13:5 grants[0].redirectUris: can only be used with grantType authorization_code: remove it, or write that grantType',
  ],
  ...(
    [
      ['https://shop.example/*', 'must be exact, without *'],
      ['/callback', 'must be an absolute https URL'],
      ['https://shop.example:x/', 'must be an absolute https URL'],
      ['http://shop.example/', 'must be https (http on localhost, 127.0.0.1 or [::1] only)'],
      ['https://shop.example/#a', 'must have no fragment'],
      ['https://a:b@shop.example/', 'must have no user name or password'],
    ] as const
  ).map(
    ([uri, text]): Refused => [
      `the redirect URI ${uri}`,
      withGrant({ grantType: 'authorization_code', scopes: ['account_linking'], redirectUris: [uri] }),
      `14:9 grants[0].redirectUris[0]: ${text}: write it as registered with Instacart, for example https://shop.example/instacart/callback`,
    ],
  ),
  ...['*', 'a b', 'a\nb', 'ü', ''].map(
    (id): Refused => [
      `the retailer id ${JSON.stringify(id)}`,
      withGrant({ retailerIds: [id] }),
      '14:9 grants[0].retailerIds[0]: write one retailer id, in quotes, of up to 128 printable ASCII characters without spaces or *',
    ],
  ),
];

const scope = 'connect:fulfillment';
const keepWarm: Refused[] = [
  ['an unknown key of keepWarm', withKeepWarm({ client: 'acme', scope }), /no such key: write scopes/],
  [
    'keepWarm of an unknown client',
    withKeepWarm({ client: 'other', scopes: [scope] }),
    '14:13 keepWarm[0].client: no such client: write acme',
    'cross-reference',
  ],
  [
    'keepWarm of nothing',
    withKeepWarm({ client: 'acme' }),
    '14:5 keepWarm[0]: must name exactly one token: write scopes: [SCOPE], or unscoped: true',
  ],
  [
    'keepWarm of scopes and unscoped',
    withKeepWarm({ client: 'acme', scopes: [scope], unscoped: true }),
    '14:5 keepWarm[0]: must name exactly one token: write scopes: [SCOPE], or unscoped: true',
  ],
  [
    'keepWarm twice',
    withKeepWarm({ client: 'acme', scopes: [scope] }, { client: 'acme', scopes: [scope] }),
    '17:5 keepWarm[1]: repeats an earlier entry: remove one of them',
  ],
  [
    'keepWarm of a scope that nobody is granted',
    withKeepWarm({ client: 'acme', scopes: ['connect:ian'] }),
    '16:9 keepWarm[0].scopes[0]: no grant with grantType client_credentials covers connect:ian: remove it, or add such a grant',
    'cross-reference',
  ],
  [
    'keepWarm without a scope that nobody is granted',
    withKeepWarm({ client: 'acme', unscoped: true }),
    '15:15 keepWarm[0].unscoped: no grant with grantType client_credentials covers the token without a scope: remove it, or add such a grant',
    'cross-reference',
  ],
  [
    'keepWarm for a retailer that nobody may name',
    withKeepWarm({ client: 'acme', scopes: [scope], retailerId: 'x' }),
    '16:9 keepWarm[0].scopes[0]: no grant with grantType client_credentials covers connect:fulfillment with retailer id x: remove it, or add such a grant',
    'cross-reference',
  ],
  [
    'keepWarm of a user token',
    keptUserToken(),
    '18:9 keepWarm[0].scopes[0]: no grant with grantType client_credentials covers connect:recommendations: remove it, or add such a grant',
    'cross-reference',
  ],
  [
    'keepWarm of what no one caller may ask for together',
    keptForTwoCallers(),
    '22:5 keepWarm[0].scopes: no caller is granted all of these scopes together: write an entry for each token',
    'cross-reference',
  ],
  [
    'keepWarm with more life than anybody may ask for',
    toYaml({
      ...goodPolicy(),
      grants: goodPolicy().grants.map((grant) => ({ ...grant, maxMinTtl: 3600 })),
      keepWarm: [{ client: 'acme', scopes: [scope], minTtl: 3601 }],
    }),
    '18:13 keepWarm[0].minTtl: is more than any grant lets a caller ask for: lower it, or raise their maxMinTtl',
    'cross-reference',
  ],
];

export const refusedPolicies: readonly Refused[] = [...file, ...clients, ...grants, ...keepWarm];

function secretArn(): string {
  return 'arn:aws:secretsmanager:us-east-1:111122223333:secret:connect/acme-AbCdEf';
}

function keyArn(region = 'us-east-1'): string {
  return `arn:aws:kms:${region}:111122223333:key/11112222-3333-4444-5555-666677778888`;
}

function keptUserToken(): string {
  const policy = goodPolicy();
  policy.grants = [
    { ...policy.grants[0], grantType: user, scopes: ['connect:recommendations'], users: ['*'] },
  ];
  return toYaml({ ...policy, keepWarm: [{ client: 'acme', scopes: ['connect:recommendations'] }] });
}

function keptForTwoCallers(): string {
  const [grant] = goodPolicy().grants;
  const other = {
    ...grant,
    id: 'ads',
    principals: ['arn:aws:iam::111122223333:role/ads'],
    scopes: ['connect:ian'],
  };
  return toYaml({
    ...goodPolicy(),
    grants: [grant, other],
    keepWarm: [{ client: 'acme', scopes: [scope, 'connect:ian'] }],
  });
}
