import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePrincipal } from '../../infra/policy/principals.ts';
import { parseCallerArn } from '../../lambda/http/caller.ts';
import { matchesPrincipal } from '../../lambda/policy/principal.ts';
import { refusedPrincipals } from './refused-principals.ts';

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
    [`${role}/${'a'.repeat(510)}/checkout`, 'checkout', 'exact'],
    [`${role}/${'a'.repeat(64)}`, 'a'.repeat(64), 'exact'],
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
  it.each(refusedPrincipals)('%s', (_what, arn, problem) => {
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
