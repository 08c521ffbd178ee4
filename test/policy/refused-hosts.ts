import { withClient } from '../support/policies.ts';
import type { Refused } from './refused-policies.ts';

const notOurs = (host: string) =>
  `${host} is no host of Instacart's: write https://connect.instacart.com, or add otherHost: true if the client's secret is to go there`;

/** Hosts that look like Instacart's, or that `new URL` would read as another. */
const strangers = [
  ['https://evilinstacart.com', 'evilinstacart.com'],
  ['https://instacart.com.evil.example', 'instacart.com.evil.example'],
  ['https://connect-instacart.tools', 'connect-instacart.tools'],
  ['https://instacart.co', 'instacart.co'],
  ['https://instacart.comx', 'instacart.comx'],
  ['https://instacartxcom', 'instacartxcom'],
  ['https://connect.instacart.com.tools', 'connect.instacart.com.tools'],
  ['https://xn--nstacart-d4a.com', 'xn--nstacart-d4a.com'],
  ['https://connect.instacart.example:8443', 'connect.instacart.example'],
  ['https://10.0.0.1', '10.0.0.1'],
] as const;

/** No server's URL, or another than it seems. */
const malformed = [
  [
    'https://connect.instacart.com.',
    'must have no dot at the end of its host: write https://connect.instacart.com',
  ],
  [
    'https://connect.instacart.com.:8443',
    'must have no dot at the end of its host: write https://connect.instacart.com:8443',
  ],
  [
    'https://connect.instacart.com@evil.example',
    'must name the server only, without path, query or anything else: write https://evil.example',
  ],
  [
    'https://Connect.instacart.com',
    'must name the server only, without path, query or anything else: write https://connect.instacart.com',
  ],
  [
    'https://connect.instacart.com:443',
    'must name the server only, without path, query or anything else: write https://connect.instacart.com',
  ],
  ['https://ınstacart.com', 'must be the URL of a server: write https://connect.instacart.com'],
  ['https://[2001:db8::1]', 'must be the URL of a server: write https://connect.instacart.com'],
  ['https://a,b.example', 'must be the URL of a server: write https://connect.instacart.com'],
] as const;

const superfluous = [
  ['the default host, and otherHost', {}],
  ["Instacart's host, and otherHost", { baseUrl: 'https://connect.instacart.com' }],
  ["a host below Instacart's, and otherHost", { baseUrl: 'https://a.b.instacart.tools:8443/' }],
  ['a host on this machine, and otherHost', { baseUrl: 'http://localhost:8080' }],
] as const;

export const refusedHosts: readonly Refused[] = [
  ...strangers.map(
    ([baseUrl, host]): Refused => [
      `a host that is not Instacart's: ${baseUrl}`,
      withClient({ baseUrl }),
      `5:14 clients.acme.baseUrl: ${notOurs(host)}`,
    ],
  ),
  ...malformed.map(
    ([baseUrl, text]): Refused => [
      `the host of ${baseUrl}`,
      withClient({ baseUrl }),
      `5:14 clients.acme.baseUrl: ${text}`,
    ],
  ),
  ...superfluous.map(
    ([what, client]): Refused => [
      what,
      withClient({ ...client, otherHost: true }),
      /clients\.acme\.otherHost: is for a host that is not Instacart's: remove it$/,
    ],
  ),
  [
    'otherHost: false',
    withClient({ otherHost: false }),
    '5:16 clients.acme.otherHost: write otherHost: true, or leave it out',
  ],
];
