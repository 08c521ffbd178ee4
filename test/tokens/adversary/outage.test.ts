import { describe, expect, it } from 'vitest';
import { simulateOutage } from './outage.ts';
import { minute } from './scenario.ts';

/** `npm run adversary -- --outage` has half an hour of it, with 20 and with 100 instances. */
describe('three minutes of an outage, asked for 20 tokens ten times a second', () => {
  it.each([
    ['failing', 180],
    ['hanging', 60],
  ] as const)(
    'cost a %s Connect %i requests at most, and 20 instances refuse at once',
    async (kind, most) => {
      const figures = await simulateOutage({ instances: 20, kind, lastsMs: 3 * minute });
      console.error(kind, figures);
      expect(figures.refusals + figures.vends).toBeGreaterThan(1_700);
      expect(figures.requests).toBeLessThanOrEqual(most);
      expect(figures.medianRefusalMs).toBeLessThan(1_000);
    },
    120_000,
  );
});
