const role = 'arn:aws:iam::111122223333:role';
const write = 'write arn:aws:iam::111122223333:role/NAME';
const sso =
  'this would match every permission set of IAM Identity Center: write AWSReservedSSO_SET_* for one of them, or a longer prefix';
const set = (name: string) =>
  `this must match exactly one permission set of IAM Identity Center: write role/AWSReservedSSO_${name}_*`;
const short = (name: string) =>
  `${name} would match too many roles: write at least 4 characters before the *`;
/** What is wrong, the ARN, and the one complaint about it. */
export const refusedPrincipals: ReadonlyArray<readonly [what: string, arn: string, problem: string]> = [
  ['everyone', '*', `* would match everyone: ${write} for each role`],
  [
    'an account',
    '444455556666',
    'an account cannot be a principal: write arn:aws:iam::444455556666:role/NAME for each role',
  ],
  [
    'a root',
    'arn:aws:iam::111122223333:root',
    `an account's root cannot be a principal: ${write} for each role`,
  ],
  ['an empty text', '', `this is not the ARN of a role or user: ${write}`],
  ['a name alone', 'checkout', `this is not the ARN of a role or user: ${write}`],
  ['a trailing line', `${role}/a\n`, `this is not the ARN of a role or user: ${write}`],
  [
    'a session',
    'arn:aws:sts::444455556666:assumed-role/checkout/me',
    'a session cannot be a principal, but its role can: write arn:aws:iam::444455556666:role/checkout',
  ],
  [
    'a session pattern',
    'arn:aws:sts::111122223333:assumed-role/checkout/*',
    'a session cannot be a principal, but its role can: write arn:aws:iam::111122223333:role/checkout',
  ],
  [
    'a session of any role',
    'arn:aws:sts::*:assumed-role/*/me',
    `a session cannot be a principal, but its role can: ${write}`,
  ],
  [
    'a federated user',
    'arn:aws:sts::111122223333:federated-user/a',
    `federated users cannot be principals: ${write}`,
  ],
  ['a group', 'arn:aws:iam::111122223333:group/a', `only roles and users can be principals: ${write}`],
  [
    'a SAML provider',
    'arn:aws:iam::111122223333:saml-provider/a',
    `only roles and users can be principals: ${write}`,
  ],
  ['a wildcard kind', 'arn:aws:iam::111122223333:*/a', `only roles and users can be principals: ${write}`],
  [
    'another service',
    'arn:aws:lambda::111122223333:role/a',
    `only IAM's roles and users can be principals: ${write}`,
  ],
  [
    'a region',
    'arn:aws:iam:us-east-1:111122223333:role/a',
    `only IAM's roles and users can be principals: ${write}`,
  ],
  [
    'a wildcard partition',
    'arn:*:iam::111122223333:role/a',
    `the partition must be exact, such as aws: ${write}`,
  ],
  ['a wildcard account', 'arn:aws:iam::*:role/a', `the account must have all of its 12 digits: ${write}`],
  ['a missing account', 'arn:aws:iam:::role/a', `the account must have all of its 12 digits: ${write}`],
  [
    'half an account',
    'arn:aws:iam::11112222*:role/a',
    `the account must have all of its 12 digits: ${write}`,
  ],
  ['every role', `${role}/*`, `* would match every role: ${write} for each role, or role/PREFIX*`],
  [
    'every role of a path',
    `${role}/apps/*`,
    `* would match every role: ${write} for each role, or role/PREFIX*`,
  ],
  [
    'a wildcard path',
    `${role}/*/checkout`,
    `* may only stand at the end of a role's name: ${write} without the path`,
  ],
  [
    'a wildcard in a path',
    `${role}/ap*s/checkout`,
    `* may only stand at the end of a role's name: ${write} without the path`,
  ],
  [
    'a wildcard inside a name',
    `${role}/check*out`,
    "* may only stand at the end of a role's name: write role/PREFIX*",
  ],
  ['two wildcards', `${role}/check**`, "* may only stand at the end of a role's name: write role/PREFIX*"],
  [
    'a wildcard user',
    'arn:aws:iam::111122223333:user/ann*',
    "a user's name cannot have a *: write arn:aws:iam::111122223333:user/NAME for each user",
  ],
  [
    'every user',
    'arn:aws:iam::111122223333:user/*',
    "a user's name cannot have a *: write arn:aws:iam::111122223333:user/NAME for each user",
  ],
  [
    'a policy variable in a path',
    `${role}/\${aws:username}/a`,
    `IAM does not allow this path: ${write} without the path`,
  ],
  ['a question mark in a path', `${role}/ap?s/a`, `IAM does not allow this path: ${write} without the path`],
  ['an empty part of a path', `${role}//a`, `IAM does not allow this path: ${write} without the path`],
  [
    'a question mark in a name',
    `${role}/chec?`,
    `IAM does not allow this name (1 to 64 letters, digits and _+=,.@-): ${write}`,
  ],
  ['no name', `${role}/`, `IAM does not allow this name (1 to 64 letters, digits and _+=,.@-): ${write}`],
  [
    'a name too long',
    `${role}/${'a'.repeat(65)}`,
    `IAM does not allow this name (1 to 64 letters, digits and _+=,.@-): ${write}`,
  ],
  ['every role with an e', `${role}/e*`, short('e*')],
  ['every role with three letters', `${role}/apps/che*`, short('che*')],
  ['every permission set', `${role}/AWSReservedSSO_*`, sso],
  ['every name like AWS', `${role}/AWS*`, sso],
  ['every name with A', `${role}/A*`, sso],
  ['every permission set in a path', `${role}/aws-reserved/AWSReservedSSO*`, sso],
  ['a permission set and all that begin alike', `${role}/AWSReservedSSO_Ops*`, set('Ops')],
  ['half a suffix', `${role}/AWSReservedSSO_Ops_01*`, set('Ops_01')],
  ['a permission set without a name', `${role}/AWSReservedSSO__*`, set('SET')],
  ['a permission set without its suffix', `${role}/AWSReservedSSO_Ops`, set('Ops')],
  [
    'a partition with a star',
    'arn:aws*:iam::111122223333:role/a',
    `the partition must be exact, such as aws: ${write}`,
  ],
  [
    'a partition with more before it',
    'arn:xaws:iam::111122223333:role/a',
    `the partition must be exact, such as aws: ${write}`,
  ],
  [
    'a partition with a hyphen alone',
    'arn:aws-:iam::111122223333:role/a',
    `the partition must be exact, such as aws: ${write}`,
  ],
  [
    'a partition in capitals',
    'arn:AWS:iam::111122223333:role/a',
    `the partition must be exact, such as aws: ${write}`,
  ],
  ['13 digits', 'arn:aws:iam::1111222233334:role/a', `the account must have all of its 12 digits: ${write}`],
  ['11 digits', 'arn:aws:iam::11112222333:role/a', `the account must have all of its 12 digits: ${write}`],
  [
    'a star after the account',
    'arn:aws:iam::111122223333*:role/a',
    `the account must have all of its 12 digits: ${write}`,
  ],
  [
    'a star before the account',
    'arn:aws:iam::*111122223333:role/a',
    `the account must have all of its 12 digits: ${write}`,
  ],
  ['an account of 13 digits alone', '1111222233334', `this is not the ARN of a role or user: ${write}`],
  ['an account with more before it', 'x111122223333', `this is not the ARN of a role or user: ${write}`],
  [
    'more before the ARN',
    'x:arn:aws:iam::111122223333:role/a',
    `this is not the ARN of a role or user: ${write}`,
  ],
  [
    'a root with more after it',
    'arn:aws:iam::111122223333:rooted',
    `this is not the ARN of a role or user: ${write}`,
  ],
  [
    'a space after the name',
    `${role}/a `,
    `IAM does not allow this name (1 to 64 letters, digits and _+=,.@-): ${write}`,
  ],
  [
    'a space before the name',
    `${role}/ a`,
    `IAM does not allow this name (1 to 64 letters, digits and _+=,.@-): ${write}`,
  ],
  ['a space before the path', `${role}/ apps/a`, `IAM does not allow this path: ${write} without the path`],
  [
    'a path too long',
    `${role}/${'a'.repeat(511)}/a`,
    `IAM does not allow this path: ${write} without the path`,
  ],
  [
    '17 digits of a permission set',
    `${role}/AWSReservedSSO_Ops_0123456789abcdef0`,
    set('Ops_0123456789abcdef0'),
  ],
  ['15 digits of a permission set', `${role}/AWSReservedSSO_Ops_0123456789abcde`, set('Ops_0123456789abcde')],
  [
    'a permission set in capitals',
    `${role}/AWSReservedSSO_Ops_0123456789ABCDEF`,
    set('Ops_0123456789ABCDEF'),
  ],
];
