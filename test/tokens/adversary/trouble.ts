import type { Timeline, TrueTime } from './timeline.ts';

export type Target = 'table' | 'secrets' | 'connect';

export type FaultKind =
  | 'failing'
  | 'throttled'
  | 'slow'
  | 'lost'
  | 'answerLost'
  | 'doubled'
  | 'denied'
  | 'refusedConnection'
  | 'html';

/** For as long as it lasts, `share` of the calls to `target` meet it. */
export type Fault = {
  target: Target;
  kind: FaultKind;
  from: TrueTime;
  to: TrueTime;
  share: number;
  retryAfterSeconds?: number | undefined;
};

/** What goes wrong otherwise: an item is spoilt, an instance dies, a clock jumps, a secret is wrong. */
export type Mishap = { kind: 'item' | 'death' | 'clock' | 'secret'; at: TrueTime; until: TrueTime };

export type Trouble = ReturnType<typeof createTrouble>;

/** All that goes wrong in one run, and when it is over: what the rules excuse and what they do not. */
export function createTrouble(timeline: Timeline, random: () => number) {
  const faults: Fault[] = [];
  const mishaps: Mishap[] = [];

  return {
    faults,
    begin: (fault: Omit<Fault, 'from' | 'to'>, lastsMs: number) => {
      faults.push({ ...fault, from: timeline.now(), to: timeline.now() + lastsMs });
    },
    /** Something else went wrong, or will have been put right by `until`. */
    mishap: (kind: Mishap['kind'], until: TrueTime = timeline.now()) => {
      mishaps.push({ kind, at: timeline.now(), until });
    },
    hadMishap: (kinds: ReadonlyArray<Mishap['kind']>, from: TrueTime, to: TrueTime): boolean =>
      mishaps.some(({ kind, at, until }) => kinds.includes(kind) && at <= to && until >= from),
    /** The fault that a call to `target` meets now. */
    met: (target: Target): Fault | undefined => {
      const now = timeline.now();
      return faults.find(
        (fault) => fault.target === target && fault.from <= now && now < fault.to && random() < fault.share,
      );
    },
    /** When the last of it is over; minus infinity where nothing went wrong. */
    endsAt: (): TrueTime => {
      const ends = [...faults.map(({ to }) => to), ...mishaps.map(({ until }) => until)];
      return ends.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
    },
    isFree: (target: Target, from: TrueTime, to: TrueTime): boolean =>
      !faults.some((fault) => fault.target === target && fault.from <= to && fault.to >= from),
    isAny: (): boolean => faults.length + mishaps.length > 0,
  };
}
