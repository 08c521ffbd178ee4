import { LRUCache } from 'lru-cache';
import type { MintOutcome } from './mint.ts';

const firstPause = 1_000;
const longestPause = 30_000;
/** Only keys that failed last are held, and for 30 s at most: past this many, the oldest is forgotten. */
const maxHeld = 10_000;

export type Failure = Exclude<MintOutcome, { kind: 'token' }>;

export type Hold = { failure: Failure; milliseconds: number };

/** Leave to try once; give the outcome back with it. */
export type Leave = { keys: readonly string[]; failuresBefore: ReadonlyMap<string, number> };

export type BackOff = {
  /** Leave to try now, or the failure that holds further attempts back and for how much longer. */
  ask: (keys: readonly string[]) => Leave | Hold;
  /** After 1 s one more attempt gets leave, then after 2 s, and so on to 30 s. */
  failed: (leave: Leave, key: string, failure: Failure) => void;
  succeeded: (leave: Leave) => void;
};

export function isHold(answer: Leave | Hold): answer is Hold {
  return 'failure' in answer;
}

/** Holds attempts back after failures. Attempts that began side by side and fail together count as one failure. */
export function createBackOff(monotonic: () => number): BackOff {
  const held = new LRUCache<string, { failure: Failure; failures: number; until: number }>({ max: maxHeld });

  function pauseAfter(failures: number): number {
    return Math.min(firstPause * 2 ** (failures - 1), longestPause);
  }

  function ask(keys: readonly string[]): Leave | Hold {
    const time = monotonic();
    const entries = keys.map((key) => held.get(key)).filter((entry) => entry !== undefined);
    const holding = entries.find((entry) => entry.until > time);
    if (holding !== undefined) return { failure: holding.failure, milliseconds: holding.until - time };
    // Whoever comes first after a pause tries alone: the others wait for what comes of it.
    for (const entry of entries) entry.until = time + pauseAfter(entry.failures);
    return { keys, failuresBefore: new Map(keys.map((key) => [key, held.get(key)?.failures ?? 0])) };
  }

  function failed({ failuresBefore }: Leave, key: string, failure: Failure): void {
    const failures = (failuresBefore.get(key) ?? 0) + 1;
    if ((held.get(key)?.failures ?? 0) >= failures) return;
    held.set(key, { failure, failures, until: monotonic() + pauseAfter(failures) });
  }

  function succeeded({ keys }: Leave): void {
    for (const key of keys) held.delete(key);
  }

  return { ask, failed, succeeded };
}
