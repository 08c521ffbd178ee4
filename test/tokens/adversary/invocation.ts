import type { Context } from 'aws-lambda';
import { createRefreshFunction, createVendFunction } from '../../../lambda/wiring.ts';
import { createInstance, type FrozenClock, type HostClock, type Instance } from './instance.ts';
import type { Timeline } from './timeline.ts';

export type FunctionOptions = Parameters<typeof createVendFunction>[0];

/** The function that the stack deploys, with its timeout. */
export const functions = {
  vend: { create: createVendFunction, timeoutMs: 27_000 },
  refresh: { create: createRefreshFunction, timeoutMs: 300_000 },
} as const;

export type FunctionName = keyof typeof functions;

type Handler = (event: unknown, context: Context) => Promise<unknown>;

export type Worker = {
  instance: Instance;
  isBusy: boolean;
  /** Its handler has begun and not ended. */
  isRunning: () => boolean;
  /** Invokes the function; `ended` runs once, with what it returned, threw, or was ended by. */
  invoke: (event: object, invocation: number, ended: (ending: Ending) => void) => void;
  /** Ends the instance, as a crash does. */
  kill: (reason: 'crashed' | 'timeout') => void;
};

export type Ending =
  | { kind: 'answered'; answer: unknown }
  | { kind: 'threw'; error: unknown }
  | { kind: 'crashed' | 'timeout' };

/** What a cold start takes before the handler runs. */
const coldStartMs = 250;

export type WorkerOptions = {
  id: string;
  slot: number;
  name: FunctionName;
  timeline: Timeline;
  clock: HostClock;
  frozenClock: FrozenClock;
  host: object;
  options: FunctionOptions;
};

/** An instance with the deployed function in it, which Lambda freezes between invocations. */
export function createWorker({ name, options, timeline, ...of }: WorkerOptions): Worker {
  const instance = createInstance({ timeline, ...of });
  const { create, timeoutMs } = functions[name];
  const handler = instance.run(() => create(options) as unknown as Handler);
  let end: ((ending: Ending) => void) | undefined;
  let startMs = coldStartMs;
  let isRunning = false;

  function invoke(event: object, invocation: number, ended: (ending: Ending) => void): void {
    worker.isBusy = true;
    let limit: (() => void) | undefined;
    end = (ending) => {
      end = undefined;
      limit?.();
      isRunning = false;
      worker.isBusy = false;
      if (ending.kind === 'answered' || ending.kind === 'threw') instance.freeze();
      ended(ending);
    };
    const current = end;
    const settle = (ending: Ending) => {
      if (end === current && !instance.isDead()) current(ending);
    };
    instance.thaw();
    timeline.schedule(timeline.now() + startMs, () => {
      if (instance.isDead()) return;
      instance.invocation = invocation;
      isRunning = true;
      const endsAt = instance.monotonic() + timeoutMs;
      limit = timeline.schedule(timeline.now() + timeoutMs, () => worker.kill('timeout'));
      const context = {
        awsRequestId: `invocation-${invocation}`,
        getRemainingTimeInMillis: () => endsAt - instance.monotonic(),
      };
      instance
        .run(() => handler(event, context as Context))
        .then(
          (answer) => settle({ kind: 'answered', answer }),
          (error: unknown) => settle({ kind: 'threw', error }),
        );
    });
    startMs = 1;
  }

  function kill(reason: 'crashed' | 'timeout'): void {
    if (instance.isDead()) return;
    instance.die();
    end?.({ kind: reason });
  }

  const worker: Worker = { instance, isBusy: false, isRunning: () => isRunning, invoke, kill };
  return worker;
}
