import type { Instance } from './instance.ts';
import type { Timeline } from './timeline.ts';

/** What a service has made of a call; undefined: no answer ever comes. */
export type Outcome<T> = { afterMs: number; answer: () => T } | undefined;

export type ServiceCall<T> = {
  timeline: Timeline;
  instance: Instance;
  wayThereMs: number;
  /** Runs at the service, whatever has become of the caller. */
  carryOut: () => Outcome<T>;
  signal: AbortSignal | null | undefined;
  aborted: (signal: AbortSignal) => unknown;
  connectionLost: () => Error;
};

/** A call over the network: it is carried out after its way there, and its answer comes some time later. */
export function callService<T>(call: ServiceCall<T>): Promise<T> {
  const { timeline, instance, wayThereMs, carryOut, signal, aborted, connectionLost } = call;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let isOver = false;
  const end = (settle: () => void) => {
    if (isOver) return;
    isOver = true;
    instance.waits -= 1;
    signal?.removeEventListener('abort', abort);
    settle();
  };
  const abort = () => end(() => reject(aborted(signal as AbortSignal)));
  const arrived = (answer: () => T) =>
    end(() => {
      try {
        resolve(answer());
      } catch (error) {
        reject(error);
      }
    });

  instance.waits += 1;
  if (signal?.aborted === true) {
    abort();
    return promise;
  }
  signal?.addEventListener('abort', abort);
  timeline.schedule(timeline.now() + wayThereMs, () => {
    const outcome = carryOut();
    if (outcome === undefined) return;
    timeline.schedule(timeline.now() + outcome.afterMs, () =>
      instance.deliver(
        () => arrived(outcome.answer),
        () => end(() => reject(connectionLost())),
      ),
    );
  });
  return promise;
}
