import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PolicyTooLarge, resourcePolicy } from '../../infra/api/resource-policy.ts';

const role = (name: string, account = '111122223333') => `arn:aws:iam::${account}:role/${name}`;
const many = (count: number) => Array.from({ length: count }, (_, index) => role(`caller-${index}`));

describe('the resource policy', () => {
  it('lets in the accounts of the principals, each once, and no role by its ARN', () => {
    const [allow] = resourcePolicy([role('a'), role('b'), role('c', '444455556666')]).document.Statement;
    expect(allow).toEqual({
      Sid: 'LetInTheirAccounts',
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*',
      Condition: { StringEquals: { 'aws:PrincipalAccount': ['111122223333', '444455556666'] } },
    });
  });

  it('keeps out everyone whose ARN is not like a principal: with any path where the policy gives none', () => {
    const principals = [
      role('plain'),
      role('apps/pathed'),
      role('pre*'),
      'arn:aws:iam::111122223333:user/ann',
      'arn:aws:iam::111122223333:user/people/bob',
    ];
    const { document, denyBy } = resourcePolicy(principals);
    expect(denyBy).toBe('principal');
    expect(document.Statement[1]).toEqual({
      Sid: 'KeepOutOthers',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*',
      Condition: {
        ArnNotLike: {
          'aws:PrincipalArn': [
            role('plain'),
            role('*/plain'),
            role('apps/pathed'),
            role('pre*'),
            role('*/pre*'),
            'arn:aws:iam::111122223333:user/ann',
            'arn:aws:iam::111122223333:user/*/ann',
            'arn:aws:iam::111122223333:user/people/bob',
          ],
        },
      },
    });
  });

  it('keeps out every other network where VPC endpoints are named, and whoever comes through none', () => {
    const endpoints = ['vpce-0123456789abcdef0', 'vpce-0fedcba9876543210'];
    const [allow, byPrincipal, byNetwork, ...more] = resourcePolicy([role('a')], endpoints).document
      .Statement;
    expect([allow, byPrincipal]).toEqual(resourcePolicy([role('a')]).document.Statement);
    expect(byNetwork).toEqual({
      Sid: 'KeepOutOtherNetworks',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*',
      Condition: { StringNotEquals: { 'aws:SourceVpce': endpoints } },
    });
    expect(more).toEqual([]);
  });

  it('goes by account where the principals take more room than API Gateway has', () => {
    const { document, denyBy } = resourcePolicy([...many(200), role('x', '444455556666')]);
    expect(denyBy).toBe('account');
    expect(document.Statement[1]?.Condition).toEqual({
      StringNotEquals: { 'aws:PrincipalAccount': ['111122223333', '444455556666'] },
    });
  });

  it('stays below 8,192 characters, and goes by principal as long as it can', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (count) => {
        const { document, denyBy } = resourcePolicy(many(count));
        expect(JSON.stringify(document).length).toBeLessThanOrEqual(8192);
        expect(denyBy).toBe(count <= 87 ? 'principal' : 'account');
      }),
    );
  });

  it('says so where not even the accounts fit', () => {
    const accounts = Array.from({ length: 400 }, (_, index) => role('a', String(111122223333 + index)));
    expect(() => resourcePolicy(accounts)).toThrow(PolicyTooLarge);
    expect(() => resourcePolicy(accounts)).toThrow(/400 accounts.*split the policy/);
  });
});
