import type { TokenTable } from '../../lambda/tokens/token-table.ts';

/** The most calls that a table got in one second: of all items, and of one. */
export type Peaks = { reads: number; readsOfOne: number; writes: number; writesOfOne: number };

/** Counts the calls of a table by second and item. A write whose condition fails counts too: DynamoDB charges for it. */
export function createWatch() {
  const counts = { reads: new Map<string, number>(), writes: new Map<string, number>() };

  function count(of: keyof typeof counts, key: string, now: number): void {
    const second = Math.floor(now / 1_000);
    for (const name of [`${second}`, `${second} ${key}`])
      counts[of].set(name, (counts[of].get(name) ?? 0) + 1);
  }

  function watch(table: TokenTable, now: () => number): TokenTable {
    return {
      read: (key, signal) => {
        count('reads', key, now());
        return table.read(key, signal);
      },
      replace: (key, row, revisions, signal) => {
        count('writes', key, now());
        return table.replace(key, row, revisions, signal);
      },
    };
  }

  function peaks(): Peaks {
    const most = (of: keyof typeof counts, isOfOne: boolean) => {
      let highest = 0;
      for (const [name, times] of counts[of])
        if (name.includes(' ') === isOfOne) highest = Math.max(highest, times);
      return highest;
    };
    return {
      reads: most('reads', false),
      readsOfOne: most('reads', true),
      writes: most('writes', false),
      writesOfOne: most('writes', true),
    };
  }

  return { watch, peaks };
}
