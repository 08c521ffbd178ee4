import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../lambda/policy/decision.ts';
import { clientNamed, type Grant } from '../../lambda/policy/policy.ts';
import { grantsByOracle } from './oracle.ts';
import { policyOf, situation } from './samples.ts';

describe('the policy', () => {
  it('decides as an oracle does, and names the same grants', () => {
    let allowed = 0;
    fc.assert(
      fc.property(situation, (sample) => {
        const decision = decide(sample.policy, sample.caller, sample.request);
        if (decision.allow) allowed += 1;
        expect(decision.allow ? new Set(decision.grantIds) : undefined).toEqual(grantsByOracle(sample));
      }),
      { numRuns: 5_000 },
    );
    expect(allowed).toBeGreaterThan(1_000);
  });

  it('names each grant once, however many scopes it covers', () => {
    fc.assert(
      fc.property(situation, ({ policy, caller, request }) => {
        const decision = decide(policy, caller, request);
        const ids = decision.allow ? decision.grantIds : [];
        expect(ids).toEqual([...new Set(ids)]);
      }),
    );
  });

  it('never allows more with one grant less', () => {
    let needed = 0;
    fc.assert(
      fc.property(situation, fc.nat(5), ({ policy, caller, request }, index) => {
        const fewer = policyOf(policy.grants.toSpliced(index % policy.grants.length, 1));
        const [before, after] = [policy, fewer].map((one) => decide(one, caller, request).allow);
        if (before && !after) needed += 1;
        expect(after && !before).toBe(false);
      }),
      { numRuns: 5_000 },
    );
    expect(needed).toBeGreaterThan(500);
  });

  it('takes all conditions of one grant together, never pieces of two', () => {
    const one: Grant = {
      id: 'one',
      principals: [{ partition: 'aws', account: '111122223333', kind: 'role', name: 'api', match: 'exact' }],
      client: 'acme',
      grantType: 'fulfillment_user_assertion',
      scopes: ['connect:post_checkout'],
      unscoped: false,
      retailerIds: ['r1'],
      users: ['alice'],
      redirectUris: [],
      revoke: false,
    };
    const policy = policyOf([one, { ...one, id: 'two', users: ['bob'], retailerIds: ['r2'] }]);
    const { client, grantType, scopes } = one;
    const decisionFor = (userId: string, retailerId: string) =>
      decide(
        policy,
        { partition: 'aws', account: '111122223333', kind: 'role', name: 'api' },
        { client, grantType, scopes, userId, retailerId },
      );
    expect(decisionFor('alice', 'r1')).toEqual({ allow: true, grantIds: ['one'] });
    expect(decisionFor('bob', 'r2')).toEqual({ allow: true, grantIds: ['two'] });
    expect(decisionFor('alice', 'r2').allow).toBe(false);
    expect(decisionFor('bob', 'r1').allow).toBe(false);
  });
});

describe('a client of the policy', () => {
  const [acme, beta] = ['acme', 'beta'].map((name) => ({
    name,
    baseUrl: `https://${name}.example`,
    secretId: name,
    scopeSeparator: ',' as const,
    privateScopes: {},
  }));
  const policy = { clients: [acme, beta].filter((one) => one !== undefined), grants: [], keepWarm: [] };

  it('is found by its whole name', () => {
    expect([clientNamed(policy, 'acme'), clientNamed(policy, 'beta')]).toEqual([acme, beta]);
  });

  it('is an error of the compiler where there is none', () => {
    expect(() => clientNamed(policy, 'Acme')).toThrow('names a client that the policy does not have');
  });
});
