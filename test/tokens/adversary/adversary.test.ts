import { describe, expect, it } from 'vitest';
import { check } from './check.ts';

const runs = 250;
/** The time that a shared machine may take; alone it is a few seconds. */
const limitMs = 300_000;

describe('the functions as deployed, through random schedules', () => {
  for (const [seed, frozenClock] of [
    [1, 'stands'],
    [2, 'runs'],
  ] as const) {
    it(
      `keep every rule where the monotonic clock of a frozen instance ${frozenClock}`,
      async () => {
        const { failure, checked } = await check({ runs, seed, frozenClock });
        expect(failure?.report).toBeUndefined();
        expect(checked).toBeGreaterThan(10 * runs);
      },
      limitMs,
    );
  }
});
