import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grantedScopes } from '../../lambda/policy/decision.ts';
import type { Grant } from '../../lambda/policy/policy.ts';
import { grantsToCaller } from './oracle.ts';
import { allowedBy, grant, policyOf, situation } from './samples.ts';

describe('what a request without a scope could mean', () => {
  it('is each scope that the caller is granted, sorted, and the unscoped token where that is granted', () => {
    let both = 0;
    fc.assert(
      fc.property(situation, fc.boolean(), ({ policy, ...asked }, alsoUnscoped) => {
        const more = alsoUnscoped ? policy.grants.map((one) => ({ ...one, scopes: [], unscoped: true })) : [];
        const sample = { policy: policyOf([...policy.grants, ...more]), ...asked };
        const mine = grantsToCaller(sample);
        const scopes = [...new Set(mine.flatMap((one) => one.scopes))].toSorted();
        const unscoped = mine.filter((one) => one.unscoped).length > 0;
        if (unscoped && scopes.length > 0) both += 1;
        const granted = grantedScopes(sample.policy, sample.caller, sample.request);
        expect(granted.allow).toBe(mine.length > 0);
        expect(granted).toMatchObject(mine.length > 0 ? { unscoped, scopes } : {});
      }),
      { numRuns: 2_000 },
    );
    expect(both).toBeGreaterThan(200);
  });

  it('has the unscoped token also with named scopes beside it, in any order of the grants', () => {
    fc.assert(
      fc.property(grant, fc.boolean(), (like, unscopedFirst) => {
        const named: Grant = { ...like, scopes: ['connect:B', 'connect:A'], unscoped: false };
        const unscoped: Grant = { ...like, scopes: [], unscoped: true };
        const list = unscopedFirst ? [unscoped, named] : [named, unscoped];
        const { caller, request } = allowedBy(like, true);
        expect(grantedScopes(policyOf(list), caller, request)).toEqual({
          allow: true,
          unscoped: true,
          scopes: ['connect:A', 'connect:B'],
        });
        expect(grantedScopes(policyOf([named]), caller, request)).toMatchObject({ unscoped: false });
      }),
    );
  });
});
