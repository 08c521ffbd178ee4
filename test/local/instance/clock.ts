/** The wall clock of everything that runs in the local stack: this machine's, or ahead of it. */
export type Clock = { now: () => number; aheadMs: () => number; advance: (ms: number) => void };

export function createClock(): Clock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    aheadMs: () => ahead,
    advance: (ms) => {
      ahead += ms;
    },
  };
}
