import { describe, expect, it } from 'vitest';
import { templateLines } from '../../infra/grants/template-lines.ts';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { largePolicy } from '../support/large-policy.ts';
import { arn, type Fields, policyText } from './policy-on-disk.ts';

const lines = (text: string) => templateLines(compilePolicy(text, 'p.yaml'));
const ian: Fields = {
  id: 'ian',
  principals: [arn('b'), arn('apps/a')],
  client: 'acme',
  grantType: 'client_credentials',
  scopes: ['connect:ian', 'connect:compliance'],
};

describe('the lines about grants in the template', () => {
  it('say what a grant permits and who holds it, sorted, and end alike', () => {
    const all = {
      ...ian,
      id: 'all',
      scopes: undefined,
      unscoped: true,
      maxMinTtl: 60,
      revoke: true,
      retailerIds: ['h', 'g'],
    };
    expect(lines(policyText([ian, all]))).toEqual([
      'Grant all permits the token without a scope by client_credentials for acme, X-Retailer-Id g, h, min_ttl up to 60 s, may revoke.',
      'Grant all is held by role/apps/a of 111122223333.',
      'Grant all is held by role/b of 111122223333.',
      'Grant ian permits connect:compliance, connect:ian by client_credentials for acme.',
      'Grant ian is held by role/apps/a of 111122223333.',
      'Grant ian is held by role/b of 111122223333.',
      'Nobody is granted anything else.',
    ]);
  });

  it('are ASCII: CloudFormation gives other characters back as question marks', () => {
    const grant = {
      ...{ ...ian, grantType: 'fulfillment_user_assertion', scopes: ['connect:post_checkout'] },
      users: ['jürgen', '\u{1f600}'],
    };
    expect(lines(policyText([grant]))[0]).toContain('users "j\\u00fcrgen", "\\ud83d\\ude00"');
  });

  it('are one for each grant and each of its principals, far from the megabyte that a template may have', () => {
    const large = lines(largePolicy());
    expect(large).toHaveLength(50 + 500 + 1);
    expect(JSON.stringify(large, undefined, 8).length).toBeLessThan(60_000);
  });
});
