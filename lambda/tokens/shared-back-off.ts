import { type BackOff, type Failure, type Hold, isHold, type Leave, pauseAfter } from './back-off.ts';
import type { TableAccess } from './table-access.ts';
import type { SharedHold } from './token-table.ts';

/** Leave to try once, by this instance's memory and by the table; what the table holds goes back with the outcome. */
export type SharedLeave = { leave: Leave; seen: SharedHolds };

/** A probe that another instance has begun is over by then, or the next one's turn has come. */
const whileAnotherTries = 1_000;
const longestSharedHold = 120_000;

/** What the table holds for each key. */
type SharedHolds = ReadonlyMap<string, SharedHold>;

/** Of a key that the table holds nothing for, or said nothing of. */
const noHold: SharedHold = { failures: 0, until: 0, kind: 'unavailable', version: 0 };

export type SharedBackOff = {
  holding: BackOff['holding'];
  /** Reads what the table says, without claiming anything: it runs alongside the lease. */
  look: (sharedKeys: readonly string[], access: TableAccess) => Promise<SharedHolds>;
  /** Leave to try, by this instance's memory for `keys` and by what the table said. */
  ask: (keys: readonly string[], seen: SharedHolds, access: TableAccess) => Promise<SharedLeave | Hold>;
  /** For this instance alone. */
  failed: (shared: SharedLeave, key: string, failure: Failure) => void;
  failedEverywhere: (
    shared: SharedLeave,
    key: string,
    failure: Failure,
    access: TableAccess,
  ) => Promise<void>;
  succeededEverywhere: (shared: SharedLeave, access: TableAccess) => Promise<void>;
};

/** Back-off across the fleet: while Connect is down, one instance tries at a time and the others treat its failure as their own. */
export function createSharedBackOff(backOff: BackOff, now: () => number): SharedBackOff {
  async function look(sharedKeys: readonly string[], access: TableAccess): Promise<SharedHolds> {
    const holds = sharedKeys.map(async (key) => [key, (await access.readHold(key)) ?? noHold] as const);
    return new Map(await Promise.all(holds));
  }

  async function ask(
    keys: readonly string[],
    seen: SharedHolds,
    access: TableAccess,
  ): Promise<SharedLeave | Hold> {
    const leave = backOff.ask(keys);
    if (isHold(leave)) return leave;
    const claimed = new Map(seen);
    for (const [key, hold] of seen) {
      if (hold.failures === 0) continue;
      const claim = await claimProbe(key, hold, access);
      if (claim === undefined) return takeWord(key, hold);
      claimed.set(key, claim);
    }
    return { leave, seen: claimed };
  }

  /** The hold that keeps the others back meanwhile; undefined where somebody else tries, or nobody may yet. */
  async function claimProbe(
    key: string,
    hold: SharedHold,
    access: TableAccess,
  ): Promise<SharedHold | undefined> {
    if (isHeld(hold)) return undefined;
    const claim = { ...hold, until: now() + pauseAfter(hold.failures), version: hold.version + 1 };
    return (await access.writeHold(key, claim, hold.version)) === false ? undefined : claim;
  }

  function takeWord(key: string, hold: SharedHold): Hold {
    const milliseconds = isHeld(hold) ? Math.max(hold.until - now(), whileAnotherTries) : whileAnotherTries;
    backOff.hold(key, failureOf(hold), hold.failures, milliseconds);
    return { failure: failureOf(hold), milliseconds };
  }

  /** By more than the longest pause, a clock far ahead of ours has written: that holds nobody back. */
  function isHeld({ until }: SharedHold): boolean {
    const left = until - now();
    return left > 0 && left <= longestSharedHold;
  }

  async function failedEverywhere(
    { leave, seen }: SharedLeave,
    key: string,
    failure: Failure,
    access: TableAccess,
  ): Promise<void> {
    backOff.failed(leave, key, failure);
    const before = seen.get(key);
    if (before === undefined) return;
    const failures = before.failures + 1;
    const until = now() + pauseAfter(failures, failure);
    const hold = { failures, until, kind: failure.kind, version: before.version + 1 };
    await access.writeHold(key, hold, before.version);
  }

  async function succeededEverywhere({ leave, seen }: SharedLeave, access: TableAccess): Promise<void> {
    backOff.succeeded(leave);
    for (const [key, before] of seen) {
      if (before.failures === 0) continue;
      // DynamoDB's deletion passes over an end of years ago: it has ended just now.
      await access.writeHold(key, { ...noHold, until: now(), version: before.version + 1 }, before.version);
    }
  }

  return {
    holding: backOff.holding,
    look,
    ask,
    failed: ({ leave }, key, failure) => backOff.failed(leave, key, failure),
    failedEverywhere,
    succeededEverywhere,
  };
}

function failureOf({ kind }: SharedHold): Failure {
  return kind === 'unavailable' ? { kind, retryAfter: undefined } : { kind };
}
