type Flight<T> = { result: Promise<T>; waiting: number; abort: AbortController };

/** Work under way, by key: it is done once for all who ask meanwhile, and aborted when none of them waits any more. */
export type SingleFlight<T> = {
  has: (key: string) => boolean;
  /** Waits for what is under way; undefined where nothing is. */
  join: (key: string, signal: AbortSignal) => Promise<T> | undefined;
  /** Begins in place of whatever is under way. */
  begin: (key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T>;
};

export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();

  function begin(key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const abort = new AbortController();
    const remove = () => flights.get(key) === flight && flights.delete(key);
    // Nobody is to join what was given up.
    abort.signal.addEventListener('abort', remove);
    const flight = { waiting: 0, abort, result: work(abort.signal).finally(remove) };
    flights.set(key, flight);
    return wait(flight, signal);
  }

  return {
    has: (key) => flights.has(key),
    join: (key, signal) => {
      const flight = flights.get(key);
      return flight && wait(flight, signal);
    },
    begin,
  };
}

function wait<T>(flight: Flight<T>, signal: AbortSignal): Promise<T> {
  flight.waiting += 1;
  const leave = () => {
    flight.waiting -= 1;
    if (flight.waiting === 0) flight.abort.abort();
  };
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  return flight.result;
}
