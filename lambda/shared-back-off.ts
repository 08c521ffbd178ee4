import { type BackOff, type Failure, type Hold, isHold, type Leave, pauseAfter } from './back-off.ts';
import type { TableAccess } from './table-access.ts';
import type { SharedHold } from './token-table.ts';

/** Leave to try once, by this instance's memory and by the table; what the table said goes back with the outcome. */
export type SharedLeave = { leave: Leave; seen: SharedHolds };

/** A probe that another instance has begun is over by then, or the next one's turn has come. */
const whileAnotherTries = 1_000;
const longestSharedHold = 120_000;

/** What the table says of each key; undefined where it said nothing. */
type SharedHolds = ReadonlyMap<string, SharedHold | 'none' | undefined>;

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

/** Back-off across the fleet: while Connect is down, one instance tries at a time and the others take its word. */
export function createSharedBackOff(backOff: BackOff, now: () => number): SharedBackOff {
  async function look(sharedKeys: readonly string[], access: TableAccess): Promise<SharedHolds> {
    return new Map(
      await Promise.all(sharedKeys.map(async (key) => [key, await access.readHold(key)] as const)),
    );
  }

  async function ask(
    keys: readonly string[],
    seen: SharedHolds,
    access: TableAccess,
  ): Promise<SharedLeave | Hold> {
    const leave = backOff.ask(keys);
    if (isHold(leave)) return leave;
    for (const [key, hold] of seen) {
      if (hold === undefined || hold === 'none' || hold.failures === 0) continue;
      if (await claimProbe(key, hold, access)) continue;
      const milliseconds = isHeld(hold) ? Math.max(hold.until - now(), whileAnotherTries) : whileAnotherTries;
      backOff.hold(key, failureOf(hold), hold.failures, milliseconds);
      return { failure: failureOf(hold), milliseconds };
    }
    return { leave, seen };
  }

  /** True where this instance may try: nobody is to wait any more, and no other was quicker to claim it. */
  async function claimProbe(key: string, hold: SharedHold, access: TableAccess): Promise<boolean> {
    if (isHeld(hold)) return false;
    const claim = { ...hold, until: now() + pauseAfter(hold.failures), version: hold.version + 1 };
    return (await access.writeHold(key, claim, hold.version)) !== false;
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
    if (!seen.has(key)) return;
    const before = seenOf(seen, key);
    const failures = before.failures + 1;
    const hold = {
      failures,
      until: now() + pauseAfter(failures, failure),
      kind: failure.kind,
      version: before.version + 2,
    };
    await access.writeHold(key, hold, before.failures > 0 ? before.version + 1 : before.version);
  }

  async function succeededEverywhere({ leave, seen }: SharedLeave, access: TableAccess): Promise<void> {
    backOff.succeeded(leave);
    for (const key of seen.keys()) {
      const before = seenOf(seen, key);
      if (before.failures === 0) continue;
      await access.writeHold(
        key,
        { ...before, failures: 0, until: 0, version: before.version + 2 },
        before.version + 1,
      );
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

function seenOf(seen: SharedHolds, key: string): SharedHold {
  const hold = seen.get(key);
  return hold === undefined || hold === 'none'
    ? { failures: 0, until: 0, kind: 'unavailable', version: 0 }
    : hold;
}

function failureOf({ kind }: SharedHold): Failure {
  return kind === 'unavailable' ? { kind, retryAfter: undefined } : { kind };
}
