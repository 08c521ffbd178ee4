import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRevocation } from '../../lambda/policy/decision.ts';
import { grantsToCaller } from './oracle.ts';
import { situation } from './samples.ts';

describe('a revocation', () => {
  it('is allowed by the grants to this caller, for this client, that say so, and by nothing else', () => {
    const met = new Map<string, number>();
    fc.assert(
      fc.property(situation, (sample) => {
        const { policy, caller, request } = sample;
        const decision = decideRevocation(policy, caller, request.client);
        const ofClient = grantsToCaller(sample, 'client');
        const ids = ofClient.filter(({ revoke }) => revoke).map(({ id }) => id);
        const what = decision.allow ? 'allow' : decision.reason;
        met.set(what, (met.get(what) ?? 0) + 1);
        if (ids.length > 0) expect(decision).toEqual({ allow: true, grantIds: ids });
        else if (ofClient.length > 0) expect(decision).toEqual({ allow: false, reason: 'revoke' });
        else {
          const reason = grantsToCaller(sample, 'caller').length > 0 ? 'client' : 'caller';
          expect(decision).toEqual({ allow: false, reason });
        }
      }),
      { numRuns: 1_000 },
    );
    for (const what of ['allow', 'revoke', 'client', 'caller'])
      expect(met.get(what), what).toBeGreaterThan(20);
  });
});
