import { goodPolicy, toYaml, withProber } from '../support/policies.ts';
import type { Refused } from './refused-policies.ts';

const arn = 'arn:aws:iam::111122223333';
const oneRole = 'must be one role, which the stack makes: write arn:aws:iam::111122223333:role/NAME';
const keepWarm = 'has no token to ask for: write keepWarm, or remove the prober';
const ofClientCredentials = [
  'connect:fulfillment',
  'Connect::Orders::RatingService',
  'connect:recommendations',
  'connect:compliance',
  'connect:data_ingestion',
  'connect:ian',
];

/** The prober's own role, or all roles like it, granted all that a token can be had for. */
function grantedEverything(principal: string): string {
  const everything = { ...goodPolicy().grants[0], id: 'all', principals: [principal] };
  return withProber({
    grants: [goodPolicy().grants[0], { ...everything, scopes: ofClientCredentials }],
  });
}

const role = (of: string): string => withProber({ prober: { role: of } });

export const refusedProbers: readonly Refused[] = [
  ['a prober that is a user', role(`${arn}:user/prober`), `18:9 prober.role: ${oneRole}`],
  ['a prober that is any of several roles', role(`${arn}:role/prober-*`), `18:9 prober.role: ${oneRole}`],
  [
    'a prober that is a permission set',
    role(`${arn}:role/AWSReservedSSO_Ops_*`),
    `18:9 prober.role: ${oneRole}`,
  ],
  [
    'a prober that is the role of a permission set',
    role(`${arn}:role/AWSReservedSSO_Ops_0123456789abcdef`),
    `18:9 prober.role: ${oneRole}`,
  ],
  [
    'a prober that is a session',
    role('arn:aws:sts::111122223333:assumed-role/prober/one'),
    '18:9 prober.role: a session cannot be a principal, but its role can: write arn:aws:iam::111122223333:role/prober',
  ],
  [
    'a prober that is an account',
    role('111122223333'),
    '18:9 prober.role: an account cannot be a principal: write arn:aws:iam::111122223333:role/NAME for each role',
  ],
  [
    'a prober that is a list of roles',
    withProber({ prober: { role: [`${arn}:role/prober`] } }),
    '18:3 prober.role: write arn:aws:iam::111122223333:role/NAME',
  ],
  [
    'a prober by its ARN alone',
    withProber({ prober: `${arn}:role/prober` }),
    '17:9 prober: write { role: arn:aws:iam::111122223333:role/NAME }',
  ],
  ['a prober without a role', withProber({ prober: {} }), /17:\d+ prober\.role: /],
  [
    'an unknown key of the prober',
    withProber({ prober: { role: `${arn}:role/prober`, scopes: ['connect:ian'] } }),
    '19:3 prober.scopes: no such key: remove it, or write one of role',
  ],
  [
    'a misspelt key of the prober',
    withProber({ prober: { roles: `${arn}:role/prober` } }),
    '18:3 prober.roles: no such key: write role',
  ],
  ['a prober without keepWarm', withProber({ keepWarm: undefined }), `13:1 prober: ${keepWarm}`],
  ['a prober with nothing in keepWarm', withProber({ keepWarm: [] }), `14:1 prober: ${keepWarm}`],
  [
    "a grant with the id of the prober's own",
    withProber({ grants: [{ ...goodPolicy().grants[0], id: 'prober' }] }),
    "6:9 grants[0].id: is the id of the prober's own grant: write another",
  ],
  [
    'a prober that nothing can be refused',
    grantedEverything(`${arn}:role/prober`),
    /prober\.role: is granted every scope of client_credentials, so that nothing can be refused: name a role of its own$/,
    'cross-reference',
  ],
  [
    'a prober that a prefix grants everything',
    grantedEverything(`${arn}:role/prob*`),
    /prober\.role: is granted every scope of client_credentials, so that nothing can be refused: name a role of its own$/,
    'cross-reference',
  ],
  [
    'a prober of another partition',
    role('arn:aws-cn:iam::111122223333:role/prober'),
    '18:9 prober.role: is in another partition than the first principal: write arn:aws:…',
    'cross-reference',
  ],
  [
    'a token that is kept for the prober alone',
    withProber({ keepWarm: [{ client: 'acme', scopes: ['connect:ian'] }] }),
    /keepWarm\[0\]\.scopes\[0\]: no grant with grantType client_credentials covers connect:ian: /,
    'cross-reference',
  ],
];

/** Without a prober, its grant's id is anybody's. */
export const grantCalledProber = toYaml({
  ...goodPolicy(),
  grants: [{ ...goodPolicy().grants[0], id: 'prober' }],
});
