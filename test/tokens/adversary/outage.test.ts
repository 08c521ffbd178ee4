import { describe, expect, it } from 'vitest';
import { simulateOutage } from './outage.ts';

describe('half an hour of an outage, asked for 20 tokens ten times a second', () => {
  for (const kind of ['failing', 'hanging'] as const) {
    for (const instances of [20, 100]) {
      it(`costs a ${kind} Connect few requests, and ${instances} instances refuse at once`, async () => {
        const { requests, refusals, vends, medianRefusalMs } = await simulateOutage({ instances, kind });
        expect(refusals + vends).toBeGreaterThan(17_900);
        expect(requests).toBeLessThanOrEqual(400);
        expect(medianRefusalMs).toBeLessThan(1_000);
      }, 120_000);
    }
  }
});
