import { AsyncLocalStorage } from 'node:async_hooks';
import type { Timeline, TrueTime } from './timeline.ts';

/** Whether an instance's monotonic clock runs while Lambda freezes it: AWS does not say. */
export type FrozenClock = 'stands' | 'runs';

/** What the wall clock of a host is ahead of true time, in milliseconds; instances of one slot share it. */
export type HostClock = { aheadMs: number };

export type Timer = {
  due: number;
  callback: () => void;
  cancelled: boolean;
  /** Something waits for it, other than a limit of time. */
  isWait: boolean;
  disarm: () => void;
};

export type Instance = ReturnType<typeof createInstance>;

/** Whose code is running. */
const running = new AsyncLocalStorage<Instance>();

export function runningInstance(): Instance | undefined {
  return running.getStore();
}

/** An answer from a connection that was left alone for longer is lost: the way between has forgotten it. */
const socketLifeMs = 300_000;

export type InstanceOptions<Host> = {
  id: string;
  slot: number;
  timeline: Timeline;
  clock: HostClock;
  frozenClock: FrozenClock;
  /** The world's services, for the globals that this instance's code calls. */
  host: Host;
};

/** One Lambda instance: its clocks, its timers, and what freezing and dying do to them. */
export function createInstance({ id, slot, timeline, clock, frozenClock, host }: InstanceOptions<object>) {
  const bornAt = timeline.now();
  let stoodMs = 0;
  let frozenSince: TrueTime | undefined;
  let isDead = false;
  const timers = new Set<Timer>();
  let overdue: Timer[] = [];
  let answers: Array<{ at: TrueTime; arrived: () => void; lost: () => void }> = [];
  const self = {
    id,
    slot,
    host,
    clock,
    /** Calls to services and sleeps that its code waits for. */
    waits: 0,
    /** The number of the request that it handles, or handled last. */
    invocation: undefined as number | undefined,
    isDead: () => isDead,
    wall: () => timeline.now() + clock.aheadMs,
    monotonic,
    run: <T>(work: () => T): T => running.run(self, work),
    setTimer,
    clearTimer,
    deliver,
    freeze,
    thaw,
    die,
  };

  function monotonic(): number {
    const time = frozenSince !== undefined && frozenClock === 'stands' ? frozenSince : timeline.now();
    return 1_000 + time - bornAt - stoodMs;
  }

  function setTimer(ms: number, callback: () => void, isWait: boolean): Timer {
    const due = monotonic() + Math.max(1, Math.min(ms, 2 ** 31 - 1) || 1);
    const timer: Timer = { due, callback, cancelled: false, isWait, disarm: () => undefined };
    timers.add(timer);
    if (isWait) self.waits += 1;
    arm(timer);
    return timer;
  }

  function arm(timer: Timer): void {
    timer.disarm = timeline.schedule(timeline.now() + timer.due - monotonic(), () => fire(timer));
  }

  function fire(timer: Timer): void {
    if (timer.cancelled || isDead) return;
    if (frozenSince !== undefined) {
      overdue.push(timer);
      return;
    }
    clearTimer(timer);
    self.run(timer.callback);
  }

  function clearTimer(timer: Timer): void {
    if (timer.cancelled) return;
    timer.cancelled = true;
    timers.delete(timer);
    if (timer.isWait) self.waits -= 1;
    timer.disarm();
  }

  /** Hands an answer over: at once, or when the instance is thawed, unless its connection is lost by then. */
  function deliver(arrived: () => void, lost: () => void): void {
    if (isDead) return;
    if (frozenSince === undefined) self.run(arrived);
    else answers.push({ at: timeline.now(), arrived, lost });
  }

  function freeze(): void {
    frozenSince = timeline.now();
    if (frozenClock === 'stands') for (const timer of timers) timer.disarm();
  }

  /** Timers that are due fire first, then the answers come in: so the event loop has it. */
  function thaw(): void {
    if (frozenSince === undefined) return;
    if (frozenClock === 'stands') stoodMs += timeline.now() - frozenSince;
    frozenSince = undefined;
    const now = timeline.now();
    if (frozenClock === 'stands') for (const timer of timers) arm(timer);
    for (const timer of overdue) timeline.schedule(now, () => fire(timer));
    for (const { at, arrived, lost } of answers)
      timeline.schedule(now, () => isDead || self.run(now - at > socketLifeMs ? lost : arrived));
    overdue = [];
    answers = [];
  }

  function die(): void {
    isDead = true;
    for (const timer of timers) timer.disarm();
    timers.clear();
  }

  return self;
}
