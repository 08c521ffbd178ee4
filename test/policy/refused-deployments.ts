import { withClient, withGrant } from '../support/policies.ts';

const thisMachine =
  '5:14 clients.acme.baseUrl: is on this machine, where a deployed function cannot reach it: write https://connect.instacart.com, or the development server that Instacart gave you';
const expired = (date: string) =>
  `13:14 grants[0].expires: the grant has expired on ${date}: remove it, or write a later date`;

/** The day of the deployment, and another stage that has a secret. */
export const today = '2027-01-31';
export const secretsOfOtherStages = new Map([['connect/acme', 'the stage production (p.yaml)']]);
const ownSecret = { secretName: 'connect-development/acme' };

/** What the file alone does not tell, and a deployment refuses. */
export const refusedDeployments: ReadonlyArray<readonly [what: string, policy: string, complaint: string]> = [
  ...[
    'http://localhost:8080',
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
    'https://localhost',
    'https://connect.localhost',
    'https://127.1.2.3',
    'https://0.0.0.0',
  ].map((baseUrl) => [`the host ${baseUrl}`, withClient({ ...ownSecret, baseUrl }), thisMachine] as const),
  [
    'a redirect URI over http',
    withGrant({
      grantType: 'authorization_code',
      scopes: ['account_linking'],
      redirectUris: ['https://shop.example/cb', 'http://localhost:3000/cb'],
    }).replace('connect/acme', ownSecret.secretName),
    '15:9 grants[0].redirectUris[1]: must be https in a deployment; http on loopback is for the local stack: write the https URI, as registered with Instacart',
  ],
  ...['2027-01-30', '2026-12-31', '0001-01-01'].map(
    (expires) =>
      [
        `a grant that has expired on ${expires}`,
        withGrant({ expires }).replace('connect/acme', ownSecret.secretName),
        expired(expires),
      ] as const,
  ),
  [
    "another stage's secret",
    withClient({}),
    '4:17 clients.acme.secretName: the stage production (p.yaml) has a secret of this name too: write another',
  ],
];
