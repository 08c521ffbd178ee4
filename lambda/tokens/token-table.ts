import type { Lease } from './lease.ts';
import type { ForcedRenewal, Token } from './token.ts';

/**
 * What the table knows of one token; or of one client's circuit, which has a lease and nothing else; or of where a token is
 * held, which has `heldIn` and nothing else.
 */
export type Row = {
  token: Token | undefined;
  lease: Omit<Lease, 'seenAt'> | undefined;
  forced: ForcedRenewal | undefined;
  /** The SHA-256 of each token that was revoked: none of them is vended, whatever holds it. */
  revoked?: Remembered | undefined;
  /** The keys of the rows that hold the token, or held it. */
  heldIn?: Remembered | undefined;
};

/** Texts that are remembered until a time in epoch milliseconds. */
export type Remembered = { texts: readonly string[]; until: number };

/** Names one write of a row; undefined: there is no row, or none with a revision that can be read. */
export type Revision = string | undefined;

export type StoredRow = { kind: 'row'; row: Row; revision: Revision };

/** The table is slow, throttled, missing or denied. `message` may be recorded. */
export type TableFault = { kind: 'fault'; message: string };

/** What the token cache needs of a table. Neither operation rejects for what the table does. */
export type TokenTable = {
  /** What of a row is broken, of another version, or copied from another key is left out. */
  read: (key: string, signal: AbortSignal) => Promise<StoredRow | TableFault>;
  /**
   * Replaces the whole row, if its revision is still one of `expected`, by one of revision `next`. A row that has
   * revision `next` already counts as replaced: the answer to an earlier try was lost.
   */
  replace: (
    key: string,
    row: Row,
    revisions: { next: string; expected: readonly Revision[] },
    signal: AbortSignal,
  ) => Promise<{ kind: 'replaced' | 'lost' } | TableFault>;
};
