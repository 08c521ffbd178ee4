const mostRounds = 60;

/**
 * Waits until no code can move on without time passing. `isWaiting` says whether all who run wait for a service or a
 * timer; where somebody does not, a module may be loading, which takes real time.
 */
export async function settle(isWaiting: () => boolean): Promise<void> {
  await round();
  for (let rounds = 0; rounds < mostRounds && !isWaiting(); rounds++) await round();
}

/** All promises and ticks that are ready run before an immediate does. */
function round(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
