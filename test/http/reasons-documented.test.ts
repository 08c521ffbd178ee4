import { describe, expect, it } from 'vitest';
import { reasons } from '../../lambda/http/oauth-error.ts';
import { type DenialReason, decide } from '../../lambda/policy/decision.ts';
import { describeDenial } from '../../lambda/policy/denial.ts';
import { blocks, tableRows } from '../support/documents.ts';
import { grantOf, policy } from '../support/http-handler.ts';

const byReason = (one: readonly unknown[], other: readonly unknown[]) =>
  String(one[0]).localeCompare(String(other[0]));

describe('the documents', () => {
  it('explain each reason once, with the status that the code has', () => {
    const documented = tableRows('docs/operating.md', ['`reason`', 'HTTP']);
    const coded = Object.entries(reasons).map(([reason, { status }]) => [`\`${reason}\``, `${status}`]);
    expect(documented.map((row) => row.slice(0, 2)).toSorted(byReason)).toEqual(coded.toSorted(byReason));
    for (const [reason, , means] of documented) expect(means, reason).toMatch(/\w/);
  });

  it('have no other table of reasons in the page for operators', () => {
    const count = tableRows('docs/operating.md', ['`reason`']).length;
    expect(count).toBe(Object.keys(reasons).length);
  });

  it('tell callers of each 403 of the policy that a token request can meet', () => {
    const told = tableRows('docs/calling.md', ['reason of a 403']).map(([reason]) => reason);
    const denials: Record<Exclude<DenialReason, 'revoke'>, true> = {
      caller: true,
      client: true,
      grant_type: true,
      scope: true,
      user: true,
      redirect_uri: true,
      retailer_id: true,
      max_min_ttl: true,
    };
    expect(told).toEqual(Object.keys(denials).map((reason) => `\`${reason}\``));
  });

  it('show callers a 403 as it is', () => {
    const [answer = '{}'] = blocks('docs/calling.md', 'json');
    const caller = { partition: 'aws', account: '111122223333', kind: 'role', name: 'checkout-api' } as const;
    const request = {
      client: 'acme',
      grantType: 'client_credentials',
      scopes: ['connect:ian'],
    } as const;
    const rules = { ...policy, grants: [grantOf({})] };
    expect(decide(rules, caller, request)).toEqual({ allow: false, reason: 'scope' });
    expect(JSON.parse(answer)).toEqual({
      error: reasons.scope.code,
      error_description: `${describeDenial(rules, caller, request, 'scope')} (reason: scope)`,
      request_id: expect.any(String),
    });
  });
});
