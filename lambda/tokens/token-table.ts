import type { Failure } from './back-off.ts';
import type { Token, TokenIdentity } from './token.ts';

/**
 * The token that every instance shares, and its number: the first written is 1, and each later one more. One that could
 * not be written is in one instance's memory alone, half a number above the one before.
 */
export type SharedToken = { token: Token; generation: number };

/** Who mints now. `until` is by the holder's clock, epoch milliseconds. */
export type Lease = { owner: string; until: number };

/** The last renewal that a caller forced, and how long the next has to wait, in milliseconds. */
export type Forced = { at: number; gap: number };

/** What the table knows of one token. An item that is broken, foreign or of another version is an empty row. */
export type Row = {
  shared: SharedToken | undefined;
  lease: Lease | undefined;
  forced: Forced | undefined;
};

export type LeaseClaim = {
  owner: string;
  now: number;
  until: number;
  /** The item is of use until then: the end of the lease, or of the token that is there. */
  keepUntil: number;
  /** Generation of the token to be replaced, 0 for none: the claim fails where there is another by now. */
  seen: number;
  /** A lease that is taken over though it has not ended: its holder is dead. */
  over?: Lease | undefined;
  /** Recorded with the lease, so that even a renewal that fails counts. */
  forced?: Forced | undefined;
  /** Over whatever stands there: an item that nobody could read. */
  regardless?: boolean;
};

/** A client's failures, shared: no attempt before `until`, epoch milliseconds. */
export type SharedHold = { failures: number; until: number; kind: Failure['kind']; version: number };

/** Every operation rejects with TableUnavailable where the table is slow, throttled, missing or denied. */
export type TokenTable = {
  read: (key: string, identity: TokenIdentity, signal: AbortSignal) => Promise<Row>;
  /** False where somebody else holds the lease, or has replaced the token. */
  lease: (key: string, claim: LeaseClaim, signal: AbortSignal) => Promise<boolean>;
  /** Writes the token and ends the lease; false where the lease is no longer the owner's: nothing is written. */
  write: (
    key: string,
    owner: string,
    shared: SharedToken,
    identity: TokenIdentity,
    signal: AbortSignal,
  ) => Promise<boolean>;
  /** Ends the owner's lease, if it still is the owner's. */
  release: (key: string, owner: string, signal: AbortSignal) => Promise<void>;
  readHold: (key: string, signal: AbortSignal) => Promise<SharedHold | undefined>;
  /** Replaces the hold of version `seen` (0: none); false where it is another by now. */
  writeHold: (key: string, hold: SharedHold, seen: number, signal: AbortSignal) => Promise<boolean>;
};

export class TableUnavailable extends Error {
  override name = 'TableUnavailable';
}
