import { describe, expect, it } from 'vitest';
import { matchesPrincipal, type Principal } from '../../lambda/policy/principal.ts';

const account = { partition: 'aws', account: '111122223333', kind: 'role' as const };
const set: Principal = { ...account, name: 'AWSReservedSSO_Ops_', match: 'permissionSet' };
const backOffice: Principal = { ...account, name: 'back-office-', match: 'prefix' };
const api: Principal = { ...account, name: 'api', match: 'exact' };

describe('the name of a caller', () => {
  it.each([
    [set, 'AWSReservedSSO_Ops_0123456789abcdef'],
    [set, 'AWSReservedSSO_Ops_ffffffffffffffff'],
    [backOffice, 'back-office-eu'],
    [backOffice, 'back-office-'],
    [api, 'api'],
  ])('%j takes %s', (principal, name) => {
    expect(matchesPrincipal(principal, { ...account, name })).toBe(true);
  });

  it.each([
    ['17 hexadecimal characters', set, 'AWSReservedSSO_Ops_0123456789abcdef0'],
    ['15 hexadecimal characters', set, 'AWSReservedSSO_Ops_0123456789abcde'],
    ['upper case', set, 'AWSReservedSSO_Ops_0123456789ABCDEF'],
    ['a g', set, 'AWSReservedSSO_Ops_0123456789abcdeg'],
    ['a line end', set, 'AWSReservedSSO_Ops_0123456789abcdef\n'],
    ['a permission set that begins alike', set, 'AWSReservedSSO_Ops_Admin_0123456789abcdef'],
    ['a permission set that is named like a suffix', set, 'AWSReservedSSO_Ops_x_0123456789abcdef'],
    ['a permission set in another case', set, 'AWSReservedSSO_ops_0123456789abcdef'],
    ['its name alone', set, 'AWSReservedSSO_Ops_'],
    ['a character before', set, 'xAWSReservedSSO_Ops_0123456789abcdef'],
    ['the prefix in the middle', backOffice, 'x-back-office-eu'],
    ['the prefix in another case', backOffice, 'Back-Office-eu'],
    ['less than the prefix', backOffice, 'back-office'],
    ['a name that begins alike', api, 'api-2'],
    ['a name that ends alike', api, 'the-api'],
    ['another case', api, 'API'],
    ['less than the name', api, 'ap'],
    ['nothing', api, ''],
  ])('is not taken for %s', (_what, principal, name) => {
    expect(matchesPrincipal(principal, { ...account, name })).toBe(false);
  });

  it.each([
    { ...api, partition: 'aws-cn' },
    { ...api, account: '444455556666' },
    { ...api, kind: 'user' as const },
  ])('is not taken for the same name elsewhere: %j', (elsewhere) => {
    expect(matchesPrincipal(api, elsewhere)).toBe(false);
    expect(matchesPrincipal(elsewhere, api)).toBe(false);
  });
});
