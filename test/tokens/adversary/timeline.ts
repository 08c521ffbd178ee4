/** Milliseconds since the epoch, by no clock: what every clock of the simulation is measured against. */
export type TrueTime = number;

type Entry = { at: TrueTime; order: number; action: (() => void) | undefined };

export type Timeline = {
  now: () => TrueTime;
  /** Runs `action` at `at`, after what was scheduled for that time before. Returns what takes it back. */
  schedule: (at: TrueTime, action: () => void) => () => void;
  /** Advances to `until`. After each action it waits until no code can move without time going on. */
  run: (until: TrueTime, isOver?: () => boolean) => Promise<void>;
};

export function createTimeline(start: TrueTime, settle: () => Promise<void>): Timeline {
  const heap = createHeap();
  let now = start;
  let order = 0;

  function schedule(at: TrueTime, action: () => void): () => void {
    const entry: Entry = { at: Math.max(at, now), order: order++, action };
    heap.push(entry);
    return () => {
      entry.action = undefined;
    };
  }

  async function run(until: TrueTime, isOver = () => false): Promise<void> {
    await settle();
    for (let next = heap.peek(); next !== undefined && next.at <= until; next = heap.peek()) {
      if (isOver()) return;
      heap.pop();
      const { action, at } = next;
      if (action === undefined) continue;
      now = at;
      action();
      await settle();
    }
    if (!isOver()) now = Math.max(now, until);
  }

  return { now: () => now, schedule, run };
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** A binary heap of entries, the earliest first. */
function createHeap() {
  const entries: Entry[] = [];
  const at = (index: number) => entries[index] as Entry;
  const swap = (one: number, other: number) => {
    const kept = at(one);
    entries[one] = at(other);
    entries[other] = kept;
  };

  function push(entry: Entry): void {
    let index = entries.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(at(index), at(parent))) return;
      swap(index, parent);
      index = parent;
    }
  }

  function pop(): void {
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return;
    entries[0] = last;
    for (let index = 0; ; ) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2])
        if (child < entries.length && isBefore(at(child), at(least))) least = child;
      if (least === index) return;
      swap(index, least);
      index = least;
    }
  }

  return { push, pop, peek: () => entries[0] };
}
