import fc from 'fast-check';
import { expect, it } from 'vitest';
import { minimumLifeMs, suffices } from '../../lambda/tokens/token.ts';
import type { VendResult } from '../../lambda/tokens/token-cache.ts';
import { flakyTable, type Trouble } from '../support/flaky-table.ts';
import { down, type Upstream } from '../support/simulated-connect.ts';
import { day, minute, second, sha256, type Vend, world } from '../support/token-world.ts';

/** Connect and the table as they are for a while, in which several requests come, a pause after another. */
type Phase = {
  beforeMs: number;
  answer: Upstream;
  takesMs: number;
  trouble: Trouble;
  requests: number;
  everyMs: number;
  areAtOnce: boolean;
  minTtlMs: number;
  refuses: boolean;
};

const phase: fc.Arbitrary<Phase> = fc.record({
  beforeMs: fc.oneof(
    fc.integer({ min: 0, max: 10 * second }),
    fc.integer({ min: -5 * minute, max: 2 * day }),
  ),
  answer: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.integer({ min: 30 * second, max: 31 * day }).map((lifetimeMs) => ({ lifetimeMs })),
    },
    fc.integer({ min: 0, max: day }).map((lifetimeMs) => ({ lifetimeMs, text: 'same' })),
    fc.constantFrom<Upstream>(
      down,
      { kind: 'invalid_grant' },
      { kind: 'not_a_token' },
      { kind: 'credentials_refused' },
    ),
  ),
  takesMs: fc.constantFrom(0, 50, 1_500, 3_000, 9_000, 60_000),
  trouble: fc.constantFrom<Trouble>(undefined, undefined, undefined, 'fails', 'answerIsLost'),
  requests: fc.integer({ min: 1, max: 60 }),
  everyMs: fc.constantFrom(10, second, 10 * second),
  areAtOnce: fc.boolean(),
  minTtlMs: fc.constantFrom(0, 0, minute, 120 * minute),
  refuses: fc.boolean(),
});

/** A table fault after the decision can take this long. */
const afterDecisionMs = 700;

function expectWellVended(result: VendResult, minTtlMs: number, now: number): void {
  if (result.kind === 'none') {
    // A request that minted a token that would serve is vended one.
    const minted = result.minted?.outcome;
    if (minted?.kind === 'token' && minted.token.value.reveal() !== 'same')
      expect(suffices(minted.token, minTtlMs, now)).toBe(false);
    return;
  }
  const leftMs = result.token.expiresAt - now;
  expect(leftMs).toBeGreaterThan(0);
  expect(leftMs).toBeGreaterThanOrEqual(Math.max(minimumLifeMs(result.token), minTtlMs) - afterDecisionMs);
}

/** What a phase may cost at most, where clocks agree: a mint for each token and instance, and what back-offs let through. */
function mostMints(trouble: Trouble, elapsedMs: number): number {
  return trouble === undefined ? 6 + elapsedMs / (5 * second) : 12 + elapsedMs / (2 * second);
}

/** Three instances, whose clocks differ by that, before one table. Counts what they do. */
function fleetOf(skewMs: number, totals: { vends: number }) {
  const one = world({ random: Math.random });
  const { state, mints } = one;
  const trouble = { now: undefined as Trouble };
  const { table, tries } = flakyTable(one.table, () => trouble.now);
  const skews = [-skewMs, 0, skewMs];
  const fleet = skews.map((ms) => one.instance({ table, aheadMs: () => ms }));
  let lastSha256: string | undefined;

  async function ask(number: number, { minTtlMs, refuses }: Phase): Promise<void> {
    const who = number % 3;
    const key = number % 5 === 0 ? 'one' : 'two';
    const refusedSha256 = refuses ? lastSha256 : undefined;
    const deadline = state.now + 25 * second;
    const result = await (fleet[who] as Vend)({ key, minTtlMs, refusedSha256, deadline });
    expectWellVended(result, minTtlMs, state.now + (skews[who] ?? 0));
    lastSha256 = sha256(result) ?? lastSha256;
    if (result.kind === 'token') totals.vends += 1;
  }

  /** Goes through one phase, and returns what it cost. */
  return async function run(phase: Phase) {
    state.now += phase.beforeMs;
    state.answer = { ...phase.answer, takesMs: phase.takesMs };
    trouble.now = phase.trouble;
    const before = { mints: mints.length, calls: tries.reads + tries.writes, at: state.now };
    const asked: Array<Promise<void>> = [];
    for (let number = 0; number < phase.requests; number++) {
      asked.push(ask(number, phase));
      if (phase.areAtOnce) continue;
      await asked[number];
      state.now += phase.everyMs;
    }
    await Promise.all(asked);
    return {
      mints: mints.length - before.mints,
      calls: tries.reads + tries.writes - before.calls,
      elapsedMs: state.now - before.at,
    };
  };
}

it('no token is vended that is expired or too short, and nothing costs more than it must, whatever clocks, instances, table and Connect do', async () => {
  const totals = { vends: 0, requests: 0, mints: 0, calls: 0 };
  const phases = fc.array(phase, { minLength: 20, maxLength: 60 });
  const skew = fc.constantFrom(0, 500, 30 * second);
  await fc.assert(
    fc.asyncProperty(phases, skew, async (list, skewMs) => {
      const run = fleetOf(skewMs, totals);
      for (const one of list) {
        const { mints, calls, elapsedMs } = await run(one);
        // Where clocks are far apart, none of the three sees the pauses and leases of the others.
        const most = mostMints(one.trouble, elapsedMs) * (skewMs > second ? 3 : 1);
        expect(mints).toBeLessThanOrEqual(most);
        // It waits for the mint of another by a read every 200 to 500 ms.
        expect(calls).toBeLessThanOrEqual(60 * one.requests);
        totals.requests += one.requests;
        totals.mints += mints;
        totals.calls += calls;
      }
    }),
    { numRuns: 115 },
  );
  console.error(`${totals.vends} vends over random clocks, lifetimes and faults: none expired or too short`);
  expect(totals.vends).toBeGreaterThan(100_000);
  expect(totals.mints).toBeLessThan(totals.requests / 20);
  expect(totals.calls).toBeLessThan(totals.requests * 2);
}, 120_000);
