import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import type { Instance, Timer } from './instance.ts';
import { replace } from './stand-in.ts';

/** Longer timers are limits of time, and not what code waits for. */
const longestWaitMs = 6_000;

type Handle = { timer: Timer } | undefined;
type Options = { signal?: AbortSignal } | undefined;

const timedOut = new DOMException('The operation was aborted due to timeout', 'TimeoutError');

/** Timers, sleeps and signals by the clock of the instance that sets them. */
export function replaceTimers(): void {
  for (const owner of [globalThis, timers]) {
    replace<[callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]]>(
      owner,
      'setTimeout',
      (instance, _self, callback, ms = 1, ...args) =>
        handleOf(
          instance,
          instance.setTimer(ms, () => callback(...args), ms < longestWaitMs),
        ),
    );
    replace<[handle: Handle]>(owner, 'clearTimeout', (instance, _self, handle) => {
      if (handle !== undefined) instance.clearTimer(handle.timer);
    });
    replace(owner, 'setInterval', () => {
      throw new Error('An interval outlives the invocation');
    });
  }
  replace<[ms?: number, value?: unknown, options?: Options]>(
    timersPromises,
    'setTimeout',
    (instance, _self, ms, value, options) => sleep(instance, ms, options).then(() => value),
  );
  replace<[ms?: number, options?: Options]>(
    timersPromises.scheduler,
    'wait',
    (instance, _self, ms, options) => sleep(instance, ms, options),
  );
  replace<[ms: number]>(AbortSignal, 'timeout', (instance, _self, ms) => {
    const controller = new AbortController();
    instance.setTimer(ms, () => controller.abort(timedOut), false);
    return controller.signal;
  });
}

function handleOf(instance: Instance, timer: Timer): object {
  const handle = {
    timer,
    ref: () => handle,
    unref: () => handle,
    hasRef: () => true,
    close: () => instance.clearTimer(timer),
  };
  return handle;
}

function sleep(instance: Instance, ms = 1, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const aborted = () => Object.assign(new Error('The operation was aborted'), { name: 'AbortError' });
  if (signal?.aborted === true) {
    reject(aborted());
    return promise;
  }
  const abort = () => {
    instance.clearTimer(timer);
    reject(aborted());
  };
  const wake = () => {
    signal?.removeEventListener('abort', abort);
    resolve();
  };
  const timer = instance.setTimer(ms, wake, true);
  signal?.addEventListener('abort', abort);
  return promise;
}
