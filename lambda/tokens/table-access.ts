import { type TokenIdentity, tokenKey } from './token.ts';
import {
  type LeaseClaim,
  type Row,
  type SharedHold,
  type SharedToken,
  TableUnavailable,
  type TokenTable,
} from './token-table.ts';

/** Milliseconds that the table may cost one renewal: until a token is there or being minted, and from then on. */
export type Patience = { before: number; after: number };

/**
 * The table as one renewal sees it: an operation that fails, or that there is no time left for, is undefined, and so is
 * every one after it until `finish`. A table in trouble costs a renewal its patience at most and never an error.
 */
export type TableAccess = {
  read: () => Promise<Row | undefined>;
  lease: (claim: LeaseClaim) => Promise<boolean | undefined>;
  write: (owner: string, shared: SharedToken) => Promise<boolean | undefined>;
  release: (owner: string) => Promise<void>;
  readHold: (key: string) => Promise<SharedHold | undefined>;
  writeHold: (key: string, hold: SharedHold, seen: number) => Promise<boolean | undefined>;
  /** Time spent waiting for the holder of the lease is not the table's: it has as much again. */
  waited: () => void;
  /** All that is left to do is to tell the table: it is tried once more, whatever went wrong before. */
  finish: () => void;
  /** What went wrong, for the log. */
  fault: () => TableUnavailable | undefined;
};

export function accessTable(
  table: TokenTable,
  identity: TokenIdentity,
  patience: Patience,
  monotonic: () => number,
): TableAccess {
  const key = tokenKey(identity);
  let endsAt = monotonic() + patience.before;
  let fault: TableUnavailable | undefined;
  let isClosed = false;

  async function attempt<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const left = endsAt - monotonic();
    if (isClosed || left <= 0) return undefined;
    try {
      return await run(AbortSignal.timeout(Math.ceil(left)));
    } catch (error) {
      if (!(error instanceof TableUnavailable)) throw error;
      fault = error;
      isClosed = true;
      return undefined;
    }
  }

  return {
    read: () => attempt((signal) => table.read(key, identity, signal)),
    lease: (claim) => attempt((signal) => table.lease(key, claim, signal)),
    write: (owner, shared) => attempt((signal) => table.write(key, owner, shared, identity, signal)),
    release: async (owner) => {
      await attempt((signal) => table.release(key, owner, signal));
    },
    readHold: (holdKey) => attempt((signal) => table.readHold(holdKey, signal)),
    writeHold: (holdKey, hold, seen) => attempt((signal) => table.writeHold(holdKey, hold, seen, signal)),
    waited: () => {
      endsAt = monotonic() + patience.before;
    },
    finish: () => {
      endsAt = monotonic() + patience.after;
      isClosed = false;
    },
    fault: () => fault,
  };
}
