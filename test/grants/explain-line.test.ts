import { describe, expect, it } from 'vitest';
import { readAuditLine } from '../../infra/commands/policy/audit-line.ts';
import { explainAuditLine, lineExplanationLines } from '../../infra/commands/policy/line-explanation.ts';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { arn, type Fields, policyText } from './policy-on-disk.ts';

const history: Fields = {
  id: 'history',
  principals: [arn('history')],
  client: 'acme',
  grantType: 'fulfillment_user_assertion',
  scopes: ['connect:post_checkout'],
  users: ['test-*', 'ann'],
  retailerIds: ['the-garden'],
};
const ian: Fields = {
  id: 'ian',
  principals: [arn('history')],
  client: 'acme',
  grantType: 'client_credentials',
  scopes: ['connect:ian'],
};
const unscoped: Fields = { ...ian, id: 'all', scopes: undefined, unscoped: true };
const linking: Fields = {
  ...ian,
  id: 'linking',
  grantType: 'authorization_code',
  scopes: ['account_linking'],
  redirectUris: ['https://shop.example/one'],
};
const user = { ...lineOf('fulfillment_user_assertion'), scopes: ['connect:post_checkout'] };
const plain = { ...lineOf('client_credentials'), scopes: ['connect:ian'] };

function lineOf(grant_type: string): Fields {
  const caller = 'arn:aws:sts::111122223333:assumed-role/history/session';
  return { caller, account: '111122223333', client: 'acme', grant_type, decision: 'allow' };
}

function explained(line: Fields, ...grants: Fields[]) {
  const { policy } = compilePolicy(policyText(grants), 'policy.yaml');
  return explainAuditLine(policy, readAuditLine(JSON.stringify(line)));
}

describe('explain --line', () => {
  it.each<[string, Fields, Fields[], Fields]>([
    [
      'still allowed',
      plain,
      [ian],
      { verdict: 'allow', changed: false, unknown: ['min_ttl'], allowed_for: [] },
    ],
    [
      'no longer allowed',
      plain,
      [unscoped],
      { verdict: 'deny', changed: true, explanation: { reason: 'scope' } },
    ],
    [
      'still denied',
      { ...plain, decision: 'deny', reason: 'scope' },
      [unscoped],
      { verdict: 'deny', changed: false, unknown: ['retailer_id', 'min_ttl'] },
    ],
    [
      'allowed now',
      { ...user, decision: 'deny', reason: 'user' },
      [{ ...history, users: ['*'] }],
      { verdict: 'depends', changed: null },
    ],
    [
      'allowed for some users',
      user,
      [history],
      {
        verdict: 'depends',
        changed: null,
        unknown: ['user_id', 'min_ttl'],
        allowed_for: ['for users ann, test-*'],
      },
    ],
    ['allowed for every user', user, [{ ...history, users: ['*'] }], { verdict: 'allow', changed: false }],
    [
      'allowed for some retailers and lives',
      { ...plain, decision: 'deny', reason: 'retailer_id' },
      [{ ...ian, retailerIds: ['the-garden'], maxMinTtl: 60 }],
      { verdict: 'depends', allowed_for: ['X-Retailer-Id the-garden, min_ttl up to 60 s'] },
    ],
    ['of a known retailer', { ...plain, retailer_id: 'the-barn' }, [ian], { verdict: 'deny', changed: true }],
    [
      'of an unknown redirect URI',
      { ...lineOf('authorization_code'), scopes: ['account_linking'] },
      [linking],
      {
        verdict: 'depends',
        unknown: ['redirect_uri', 'min_ttl'],
        allowed_for: ['redirect URI https://shop.example/one'],
      },
    ],
    ['of the token without a scope', { ...plain, scopes: [] }, [ian], { verdict: 'deny', changed: true }],
    [
      'that named no scope',
      { ...plain, scopes: undefined, decision: 'deny', reason: 'scope_needed' },
      [{ ...ian, retailerIds: undefined }],
      { verdict: 'depends', allowed_for: ['without X-Retailer-Id'] },
    ],
    [
      'that failed after the policy had allowed it',
      { ...plain, reason: 'back_off' },
      [ian],
      { verdict: 'allow', line: { decision: 'allow', reason: 'back_off' } },
    ],
  ])('of a request %s', (_what, line, grants, expected) => {
    expect(explained(line, ...grants)).toMatchObject(expected);
  });

  it('tells it to people', () => {
    expect(lineExplanationLines(explained(user, history))).toEqual([
      'The line says: allowed. This policy allows it or not, depending on what the line does not say.',
      'Not in the line: user_id, min_ttl.',
      'Allowed: for users ann, test-*',
    ]);
    expect(
      lineExplanationLines(explained({ ...plain, decision: 'deny', reason: 'scope' }, ian)).slice(0, 2),
    ).toEqual([
      'The line says: denied (reason scope). This policy allows it or not, depending on what the line does not say.',
      'Not in the line: retailer_id, min_ttl.',
    ]);
    expect(lineExplanationLines(explained(plain, unscoped)).slice(0, 3)).toEqual([
      'The line says: allowed. This policy denies it: it decides otherwise.',
      'Not in the line: min_ttl. The answer does not depend on it.',
      'Denied: reason scope',
    ]);
  });
});
