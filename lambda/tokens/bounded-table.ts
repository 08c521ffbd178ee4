import type { Revision, Row, StoredRow, TableFault, TokenTable } from './token-table.ts';

/** Milliseconds that the table may cost one request: until its mint begins, and from the end of the mint on. */
export type TableBudget = { beforeMintMs: number; afterMintMs: number };

const maxTries = 5;
const retryPauseMs = 20;

export type BoundedTableDependencies = {
  table: TokenTable;
  budget: TableBudget;
  monotonic: () => number;
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  random: () => number;
};

/**
 * The table as one request sees it. An operation that fails is tried again while there is time; then the table is
 * closed, and every operation is undefined, until the mint is over. So a table in trouble costs a request its budget at
 * most, and never an error.
 */
export type BoundedTable = {
  isOpen: () => boolean;
  read: (key: string) => Promise<StoredRow | undefined>;
  replace: (
    key: string,
    row: Row,
    revisions: { next: string; expected: readonly Revision[] },
  ) => Promise<'replaced' | 'lost' | undefined>;
  /** Time spent waiting for another instance is not the table's. */
  restartBudget: () => void;
  /** Opens the table for what is to be written after the mint, whatever went wrong before. */
  reopen: () => void;
  /** What went wrong, for the log. */
  fault: () => string | undefined;
};

export function boundTable({
  table,
  budget,
  monotonic,
  sleep,
  random,
}: BoundedTableDependencies): BoundedTable {
  let endsAt = monotonic() + budget.beforeMintMs;
  let isClosed = false;
  let fault: string | undefined;

  async function tryOften<T extends { kind: string }>(
    operation: (signal: AbortSignal) => Promise<T | TableFault>,
  ): Promise<T | undefined> {
    for (let tries = 0; tries < maxTries; tries++) {
      const leftMs = endsAt - monotonic();
      if (isClosed || leftMs <= 0) break;
      const result = await operation(AbortSignal.timeout(Math.ceil(leftMs)));
      if (result.kind !== 'fault') return result as T;
      fault = (result as TableFault).message;
      await sleep(retryPauseMs * (1 + 2 * random()));
    }
    isClosed = true;
    return undefined;
  }

  return {
    isOpen: () => !isClosed,
    read: (key) => tryOften((signal) => table.read(key, signal)),
    replace: async (key, row, revisions) =>
      (await tryOften((signal) => table.replace(key, row, revisions, signal)))?.kind,
    restartBudget: () => {
      endsAt = monotonic() + budget.beforeMintMs;
    },
    reopen: () => {
      endsAt = monotonic() + budget.afterMintMs;
      isClosed = false;
    },
    fault: () => fault,
  };
}
