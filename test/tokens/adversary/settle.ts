const mostRounds = 60;
/** Real time in all for what takes real time: a module that is loaded with the first mint. */
let patienceMs = 20_000;

/**
 * Waits until no code can move on without time passing. `isWaiting` says whether all code that runs waits for a service
 * or a timer; where it does not, a module may be loading.
 */
export async function settle(isWaiting: () => boolean): Promise<void> {
  await round();
  for (let rounds = 0; rounds < mostRounds && !isWaiting(); rounds++) await round();
  while (patienceMs > 0 && !isWaiting()) {
    const startedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 5));
    patienceMs -= performance.now() - startedAt;
  }
}

/** All promises and ticks that are ready run before an immediate does. */
function round(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
