import { describe, expect, it } from 'vitest';
import { resourcePolicy } from '../../../infra/api/resource-policy.ts';
import { readPolicy } from '../../../infra/policy/compile.ts';
import { grantedRequests } from '../control/granted-requests.ts';
import { authorise } from '../emulators/authorisation.ts';
import { callersOf } from './principal-callers.ts';

const account = '111122223333';
const role = (name: string, its = account) => `arn:aws:iam::${its}:role/${name}`;

const made = (...principals: string[]) => callersOf(principals, account);
const arnsOf = (...principals: string[]) => made(...principals).map(({ principalArn }) => principalArn);

describe('a caller for each principal', () => {
  it.each([
    ['a role', role('job'), role('job')],
    ['a role with a path', role('apps/checkout-api'), role('apps/checkout-api')],
    ['a prefix', role('catalogue-*'), role('catalogue-example')],
    ['a prefix below a path', role('apps/catalogue-*'), role('apps/catalogue-example')],
    [
      'a permission set of IAM Identity Center',
      role('AWSReservedSSO_Ops_*'),
      role('aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef'),
    ],
    [
      'a permission set with its path',
      role('aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_*'),
      role('aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_0123456789abcdef'),
    ],
    ['a user', `arn:aws:iam::${account}:user/alice`, `arn:aws:iam::${account}:user/alice`],
    ['a role of China', `arn:aws-cn:iam::${account}:role/job`, `arn:aws-cn:iam::${account}:role/job`],
    ['the longest prefix', role(`${'p'.repeat(63)}*`), role(`${'p'.repeat(63)}e`)],
  ])('is made of %s', (_what, principal, expected) => {
    expect(arnsOf(principal)).toEqual([expected]);
  });

  it('has a name that no other pattern matches, where there is one', () => {
    expect(arnsOf(role('jobs-*'), role('jobs-example-*'), role('jobs-example'))).toEqual([
      role('jobs-local'),
      role('jobs-example-example'),
      role('jobs-example'),
    ]);
  });

  it('has a key of its own, which a signature can carry', () => {
    const callers = made(role('a/job'), role('b/job'), role('job', '222233334444'), role('x,y=z'));
    expect(callers.map(({ accessKeyId }) => accessKeyId)).toEqual([
      'example-job',
      `example-job-${account}`,
      'example-job-222233334444',
      'example-x-y-z',
    ]);
  });

  it('may call the API from another account', () => {
    expect(made(role('job'), role('job', '222233334444')).map((one) => one.identityPolicyAllows)).toEqual([
      undefined,
      true,
    ]);
  });

  it('is let in and granted something, for every principal of the example policies', () => {
    for (const file of ['infra/policy.yaml', 'infra/policy.development.yaml', 'test/local/cli/policy.yaml']) {
      const { policy, principals } = readPolicy(file);
      const callers = callersOf(principals, account);
      expect(callers).toHaveLength(principals.length);
      const { Statement } = resourcePolicy(principals).document;
      for (const caller of callers) {
        expect(authorise(Statement, caller).isAllowed, caller.principalArn).toBe(true);
        const types = policy.grants.map(({ grantType }) => grantType);
        const requests = types.flatMap((type) => grantedRequests(policy, [caller], type));
        expect(requests, caller.principalArn).not.toEqual([]);
      }
    }
  });
});
