import { readFileSync } from 'node:fs';
import { longestMinTtlSeconds } from '../../lambda/protocol/contract.ts';
import { goodPolicy, toYaml, withClient, withGrant, withKeepWarm, withProber } from '../support/policies.ts';

const user = 'fulfillment_user_assertion';
const bearer = 'urn:ietf:params:oauth:grant-type:retailer-json-bearer';
const secret = (where: string) => `arn:aws:secretsmanager:${where}:secret:connect/acme-AbCdEf`;
const key = (where: string) => `arn:aws:kms:${where}:key/mrk-11112222333344445555666677778888`;
const fileOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const code = { grantType: 'authorization_code', scopes: ['account_linking'] };

function withPrivateScope(change: object): string {
  const acme = { secretName: 's', scopes: { mine: ['client_credentials', user] } };
  return toYaml({ ...goodPolicy(), clients: { acme }, grants: [{ ...goodPolicy().grants[0], ...change }] });
}

const hosts = [
  'https://connect.instacart.com',
  'https://instacart.tools/',
  'https://connect.dev.instacart.tools:8443',
  'http://127.0.0.1:8080',
  'http://localhost',
  'https://localhost:8443/',
  'http://[::1]:8080',
];
const otherHosts = [
  'https://proxy.example',
  'https://a_b.xn--bcher-kva.example:65535/',
  'https://10.0.0.1:8443',
  'https://connect',
];
const redirectUris = [
  'http://localhost:3000/cb',
  'https://shop.example/cb?a=b@c',
  'https://SHOP.example',
  'https://127.0.0.1:8443/cb',
];
const roles = [
  'abcd*',
  'AWSService*',
  'apps/team/x',
  'AWSReservedSSO_Ops_*',
  'AWSReservedSSO_Ops_0123456789abcdef',
];

/** Policies that the compiler and the JSON Schema both take. */
export const acceptedPolicies: ReadonlyArray<readonly [what: string, policy: string]> = [
  ['the example', fileOf('../../infra/policy.yaml')],
  ["the development stage's example", fileOf('../../infra/policy.development.yaml')],
  ["the local stack's example", fileOf('../local/cli/policy.yaml')],
  ['a grant alone', toYaml(goodPolicy())],
  ...hosts.map((baseUrl) => [`the host ${baseUrl}`, withClient({ baseUrl })] as const),
  ...otherHosts.map(
    (baseUrl) => [`the host ${baseUrl}, said out loud`, withClient({ baseUrl, otherHost: true })] as const,
  ),
  ...redirectUris.map(
    (uri) => [`the redirect URI ${uri}`, withGrant({ ...code, redirectUris: [uri] })] as const,
  ),
  ...roles.map(
    (role) =>
      [`the role ${role}`, withGrant({ principals: [`arn:aws:iam::111122223333:role/${role}`] })] as const,
  ),
  ['a user', withGrant({ principals: ['arn:aws-us-gov:iam::111122223333:user/people/ann@shop.example'] })],
  [
    'a secret of another account, with its key',
    withClient({
      secretName: undefined,
      secretArn: secret('us-east-1:444455556666'),
      kmsKeyArn: key('us-east-1:777788889999'),
    }),
  ],
  [
    'a secret without a key',
    withClient({ secretName: undefined, secretArn: secret('us-east-1:111122223333') }),
  ],
  ['the token without a scope', withGrant({ scopes: undefined, unscoped: true })],
  ['a private scope', withPrivateScope({ scopes: ['mine', 'connect:ian'] })],
  ['a private user scope', withPrivateScope({ grantType: user, scopes: ['mine'], users: ['a', 'b*'] })],
  ['any user', withGrant({ grantType: user, scopes: ['connect:post_checkout'], users: ['*'] })],
  [
    "the retailer's assertion",
    withGrant({ grantType: bearer, scopes: ['connect:recommendations'], users: ['*'] }),
  ],
  [
    'retailers, a longest min_ttl and revocation',
    withGrant({ retailerIds: ['a', 'b'], maxMinTtl: 0, revoke: true }),
  ],
  [
    'notes for people',
    withGrant({
      description: 'Orders: größer, 日本 🥕',
      owner: 'team-orders@shop.example',
      expires: '2096-02-29',
    }),
  ],
  [
    'the longest notes',
    withGrant({ description: '🥕'.repeat(256), owner: 'x'.repeat(128), maxMinTtl: longestMinTtlSeconds }),
  ],
  ['a token to keep', withKeepWarm({ client: 'acme', scopes: ['connect:fulfillment'] })],
  ...[0, longestMinTtlSeconds].map((minTtl): [string, string] => [
    `a token to keep with ${minTtl} s of life`,
    withKeepWarm({ client: 'acme', scopes: ['connect:fulfillment'], minTtl }),
  ]),
  ['two tokens to keep, one without a scope', keptWithoutScope()],
  ['a prober', withProber()],
  [
    'a prober with a path',
    withProber({ prober: { role: 'arn:aws:iam::111122223333:role/ops/probes/a.b+c' } }),
  ],
];

function keptWithoutScope(): string {
  const [grant] = goodPolicy().grants;
  const unscoped = { ...grant, id: 'all', scopes: undefined, unscoped: true };
  const keepWarm = [
    { client: 'acme', scopes: ['connect:fulfillment'] },
    { client: 'acme', unscoped: true },
  ];
  return toYaml({ ...goodPolicy(), grants: [grant, unscoped], keepWarm });
}
