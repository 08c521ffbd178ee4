import type { Revision, Row, TokenTable } from '../../lambda/tokens/token-table.ts';

const empty: Row = { token: undefined, lease: undefined, forced: undefined };

/**
 * The token table in memory, for simulations: it passes the same contract test as DynamoDB's. `calls` leaves the writes of
 * pointers out, which go alongside those of the rows and are counted in `pointers`.
 */
export function createMemoryTable() {
  const rows = new Map<string, { row: Row; revision: Revision }>();
  const calls = { reads: 0, writes: 0 };
  const pointers = { writes: 0 };

  const table: TokenTable = {
    read: async (key) => {
      calls.reads += 1;
      const { row, revision } = rows.get(key) ?? { row: empty, revision: undefined };
      return { kind: 'row', row, revision };
    },
    replace: async (key, row, { next, expected }) => {
      const counted = row.heldIn === undefined ? calls : pointers;
      counted.writes += 1;
      const current = rows.get(key)?.revision;
      if (current !== next && !expected.includes(current)) return { kind: 'lost' };
      rows.set(key, { row, revision: next });
      return { kind: 'replaced' };
    },
  };
  return { table, calls, pointers, rows };
}
