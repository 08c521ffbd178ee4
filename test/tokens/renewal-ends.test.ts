import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nothingKnown } from '../../lambda/tokens/known.ts';
import { suffices } from '../../lambda/tokens/token.ts';
import type { Row, StoredRow, TableFault, TokenTable } from '../../lambda/tokens/token-table.ts';
import { leaseOf, runningLease } from '../support/leases.ts';
import { randomFrom } from '../support/random.ts';
import { down, silent, type Upstream } from '../support/simulated-connect.ts';
import { day, hour, mintRequest, minute, second, world } from '../support/token-world.ts';
import { tokenOf } from '../support/tokens.ts';

const fault: TableFault = { kind: 'fault', message: 'DynamoDB: InternalServerError' };

/** A table that says something else each time, and keeps nothing. Counts what is asked of it. */
function liar(pick: <T>(...of: T[]) => T, now: () => number, sleep: (ms: number) => Promise<void>) {
  const calls = { count: 0, isClaimed: false };
  let revisions = 0;

  function row(): Row {
    const token = (leftMs: number, lifetimeMs: number) =>
      tokenOf({ text: pick('a', 'b'), firstSeenAt: now() + leftMs - lifetimeMs, lifetimeMs });
    return {
      token: pick(undefined, token(-1, day), token(minute, day), token(hour, day), token(hour, hour)),
      lease: pick(
        undefined,
        runningLease({ seenAt: now() }),
        runningLease({ seenAt: now() - minute, failures: 3, isUnanswered: true }),
        leaseOf({ seenAt: now(), lengthMs: pick(1, second, 30 * second) }),
        leaseOf({ seenAt: now() - 2 * second }),
      ),
      forced: pick(undefined, { at: now() - pick(1, hour), cooldownMs: minute }),
    };
  }

  const table: TokenTable = {
    read: async () => {
      calls.count += 1;
      await sleep(pick(1, 5, 50));
      const stored: StoredRow = { kind: 'row', row: row(), revision: pick('same', `${revisions++}`) };
      return pick<StoredRow | TableFault>(stored, stored, stored, fault);
    },
    replace: async (_key, { lease }) => {
      calls.count += 1;
      await sleep(pick(1, 5, 50));
      const answer = pick<Awaited<ReturnType<TokenTable['replace']>>>(
        { kind: 'replaced' },
        { kind: 'replaced' },
        { kind: 'lost' },
        fault,
      );
      calls.isClaimed ||= lease?.isRunning === true && answer.kind !== 'lost';
      return answer;
    },
  };
  return { table, calls };
}

it('every request ends in time, with few mints and table calls, whatever the table says', async () => {
  const endings = { token: 0, none: 0 };
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const random = randomFrom(seed);
      const pick = <T>(...of: T[]): T => of[Math.floor(random() * of.length)] as T;
      const { state, sleep, mints, renewal } = world({ random });
      const { table, calls } = liar(pick, () => state.now, sleep);
      state.answer = pick<Upstream>(
        ...[0, 1, 999, 2_500, minute, day].map((lifetimeMs) => ({ lifetimeMs })),
        ...[0, second, minute, day].map((lifetimeMs) => ({ lifetimeMs, text: pick('a', 'b') })),
        down,
        silent,
        { kind: 'invalid_grant' },
      );
      state.answer.takesMs = pick(1, 100, 3_000, 60_000);
      const by = pick('caller' as const, 'schedule' as const);
      const wanted = {
        by,
        minTtlMs: by === 'caller' ? pick(0, 0, 2 * hour) : 0,
        keptMs: by === 'schedule' ? pick(0, 6 * hour) : 0,
        refusedSha256: pick(undefined, tokenOf({ text: 'a' }).sha256),
      };
      const startedAt = state.now;
      const { renew } = renewal({ table, mode: by === 'caller' ? 'vend' : 'refresh' });
      const result = await renew({
        mintRequest,
        wanted,
        known: nothingKnown(random()),
        deadline: startedAt + 25 * second,
        signal: new AbortController().signal,
      });
      endings[result.kind] += 1;
      if (result.kind === 'token') {
        const decidedAt = state.now - 300;
        expect(
          suffices(result.token, wanted.minTtlMs, decidedAt) ||
            suffices(result.token, wanted.minTtlMs, state.now),
        ).toBe(true);
      }
      expect(mints.length).toBeLessThanOrEqual(2);
      if (mints.length > 0) expect(calls.isClaimed || by === 'caller').toBe(true);
      // What is under way at the deadline ends: a mint, and the table's time after it.
      expect(state.now - startedAt).toBeLessThanOrEqual(25 * second + 20 * second + 4 * second);
      expect(calls.count).toBeLessThanOrEqual(1_500);
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(endings.token, endings.none)).toBeGreaterThan(500);
});
