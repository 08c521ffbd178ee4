import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { grantsTo } from '../../lambda/policy/grants-to.ts';
import type { Policy } from '../../lambda/policy/policy.ts';
import { type Identity, matchesPrincipal, type Principal } from '../../lambda/policy/principal.ts';
import { largePolicy } from '../support/large-policy.ts';
import { grant, policyOf } from './samples.ts';

const suffix = '0123456789abcdef';
/** Each begins like others of them, so that exact names and patterns of several lengths meet. */
const names = ['a', 'ab', 'abc', 'ab-', `ab-${suffix}`, `ab-${suffix}0`, `abc${suffix}`, suffix];

const identity: fc.Arbitrary<Identity> = fc.record({
  partition: fc.constantFrom('aws', 'aws-us-gov'),
  account: fc.constantFrom('111122223333', '444455556666'),
  kind: fc.constantFrom('role', 'user'),
  name: fc.constantFrom(...names),
});
const principal: fc.Arbitrary<Principal> = fc
  .tuple(identity, fc.constantFrom('exact', 'prefix', 'permissionSet'))
  .map(([one, match]) => ({ ...one, match }));
const policy = fc
  .array(fc.tuple(grant, fc.array(principal, { minLength: 1, maxLength: 8 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((list) => policyOf(list.map(([one, principals]) => ({ ...one, principals }))));

/** What the index must agree with: a walk over the whole policy. */
function walk({ grants }: Policy, caller: Identity) {
  return grants.filter(({ principals }) => principals.some((one) => matchesPrincipal(one, caller)));
}

describe('the grants to a caller', () => {
  it('are those that a walk over the policy finds, each once and in the order of the policy', () => {
    let several = 0;
    fc.assert(
      fc.property(policy, identity, (rules, caller) => {
        const found = walk(rules, caller);
        if (found.length > 1) several += 1;
        const granted = grantsTo(rules, caller);
        expect(granted).toEqual(found);
        expect(granted.every((one, at) => one === found[at])).toBe(true);
      }),
      { numRuns: 5_000 },
    );
    expect(several).toBeGreaterThan(300);
  });

  it('are found for every principal of a large policy', () => {
    const rules = compilePolicy(largePolicy(), 'policy.yaml').policy;
    const more = { exact: '', prefix: '-eu', permissionSet: suffix };
    const callers = rules.grants.flatMap(({ principals }) =>
      principals.map(({ match, ...one }) => ({ ...one, name: one.name + more[match] })),
    );
    expect(callers).toHaveLength(500);
    for (const caller of callers) {
      expect(grantsTo(rules, caller)).toEqual(walk(rules, caller));
      expect(grantsTo(rules, caller)).toHaveLength(1);
    }
    expect(grantsTo(rules, { ...(callers[0] as Identity), name: 'nobody' })).toEqual([]);
  });
});
