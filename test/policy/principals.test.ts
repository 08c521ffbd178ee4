import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePrincipal } from '../../infra/policy/principals.ts';
import { parseCallerArn } from '../../lambda/http/caller.ts';
import { matchesPrincipal } from '../../lambda/policy/principal.ts';

const role = 'arn:aws:iam::111122223333:role';

describe('a principal', () => {
  it.each([
    [`${role}/checkout`, 'checkout', 'exact'],
    [`${role}/apps/team-1/checkout`, 'checkout', 'exact'],
    [`${role}/checkout-*`, 'checkout-', 'prefix'],
    [`${role}/apps/checkout-*`, 'checkout-', 'prefix'],
    [`${role}/AWSReservedSSO_Ops_*`, 'AWSReservedSSO_Ops_', 'permissionSet'],
    [`${role}/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_*`, 'AWSReservedSSO_Ops_', 'permissionSet'],
    [`${role}/AWSReservedSSO_Ops_Admin_*`, 'AWSReservedSSO_Ops_Admin_', 'permissionSet'],
    [`${role}/AWSReservedSSO_Ops_0123456789abcdef`, 'AWSReservedSSO_Ops_0123456789abcdef', 'exact'],
    [`${role}/AWSServiceRole*`, 'AWSServiceRole', 'prefix'],
  ])('%s is compared by %s, %s', (arn, name, match) => {
    expect(parsePrincipal(arn)).toEqual({
      principal: { partition: 'aws', account: '111122223333', kind: 'role', name, match },
    });
  });

  it('may be a user, with or without a path, in any partition', () => {
    for (const path of ['', 'people/']) {
      expect(parsePrincipal(`arn:aws-us-gov:iam::444455556666:user/${path}ann@shop.example`)).toEqual({
        principal: {
          partition: 'aws-us-gov',
          account: '444455556666',
          kind: 'user',
          name: 'ann@shop.example',
          match: 'exact',
        },
      });
    }
  });
});

describe('a principal is refused for', () => {
  const write = 'write arn:aws:iam::111122223333:role/NAME';
  const sso =
    'this would match every permission set of IAM Identity Center: write AWSReservedSSO_SET_* for one of them, or a longer prefix';
  const set = (name: string) =>
    `this must match exactly one permission set of IAM Identity Center: write role/AWSReservedSSO_${name}_*`;
  it.each([
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
    [
      'a question mark in a path',
      `${role}/ap?s/a`,
      `IAM does not allow this path: ${write} without the path`,
    ],
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
    ['every permission set', `${role}/AWSReservedSSO_*`, sso],
    ['every name like AWS', `${role}/AWS*`, sso],
    ['every name with A', `${role}/A*`, sso],
    ['every permission set in a path', `${role}/aws-reserved/AWSReservedSSO*`, sso],
    ['a permission set and all that begin alike', `${role}/AWSReservedSSO_Ops*`, set('Ops')],
    ['half a suffix', `${role}/AWSReservedSSO_Ops_01*`, set('Ops_01')],
    ['a permission set without a name', `${role}/AWSReservedSSO__*`, set('SET')],
    ['a permission set without its suffix', `${role}/AWSReservedSSO_Ops`, set('Ops')],
  ])('%s', (_what, arn, problem) => {
    expect(parsePrincipal(arn)).toEqual({ problem });
  });
});

const account = fc.constantFrom('111122223333', '444455556666');
const name = fc.stringMatching(/^[\w+=,.@-]{1,48}$/).filter((text) => !text.startsWith('AWSReservedSSO_'));
const path = fc
  .array(fc.stringMatching(/^[\w+=,.@-]{1,8}$/), { maxLength: 3 })
  .map((parts) => parts.map((part) => `${part}/`).join(''));

describe('whatever its spelling', () => {
  it('an exact role matches its sessions, and no other name or account', () => {
    fc.assert(
      fc.property(account, path, name, account, name, (where, along, who, elsewhere, other) => {
        const parsed = parsePrincipal(`arn:aws:iam::${where}:role/${along}${who}`);
        const caller = parseCallerArn(`arn:aws:sts::${elsewhere}:assumed-role/${other}/session`);
        if (!('principal' in parsed) || caller === undefined) throw new Error('both are well formed');
        expect(matchesPrincipal(parsed.principal, caller)).toBe(where === elsewhere && who === other);
        expect(matchesPrincipal(parsed.principal, { ...caller, account: where, name: who })).toBe(true);
      }),
    );
  });

  it('any text is a principal or has a problem, and no principal holds a wildcard or a slash', () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .array(
          fc.constantFrom(
            'arn:aws:iam::111122223333:',
            'role/',
            'user/',
            '*',
            'a',
            '/',
            ':',
            'AWSReservedSSO_',
            '_',
            'sts',
          ),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (anything) => {
        const parsed = parsePrincipal(anything);
        if ('problem' in parsed) {
          expect(parsed.problem).toMatch(/write /);
          return;
        }
        expect(parsed.principal.account).toMatch(/^\d{12}$/);
        expect(parsed.principal.name).toMatch(/^[\w+=,.@-]{1,64}$/);
      }),
      { numRuns: 2000 },
    );
  });
});
