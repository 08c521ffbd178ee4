/** Milliseconds since the epoch; tests may move it. */
export type Time = { now: number };

export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

type Sleeper = { at: number; wake: () => void };

/**
 * Sleeps on a clock that stands while anything runs. When everything waits, it goes on to the time of the earliest
 * sleeper; sleepers of one time wake in the order in which they went to sleep.
 */
export function createSleep(time: Time): Sleep {
  const sleepers = new Set<Sleeper>();
  let isRunning = false;

  function run(): void {
    let [next] = sleepers;
    for (const sleeper of sleepers) if (next === undefined || sleeper.at < next.at) next = sleeper;
    if (next !== undefined) {
      time.now = Math.max(time.now, next.at);
      next.wake();
    }
    isRunning = sleepers.size > 0;
    if (isRunning) setImmediate(run);
  }

  return function sleep(milliseconds, signal) {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { at: time.now + milliseconds, wake };
      function wake(): void {
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      }
      sleepers.add(sleeper);
      signal?.addEventListener('abort', wake);
      if (!isRunning) setImmediate(run);
      isRunning = true;
    });
  };
}
