import type { Instance } from './instance.ts';

/** Several instances of one function, which take invocations in turn. */
export async function startFleet(size: number, start: () => Promise<Instance>) {
  const startAll = () => Promise.all(Array.from({ length: size }, start));
  let instances = await startAll();
  let turn = 0;
  let isClosed = false;
  let queue: Promise<unknown> = Promise.resolve();
  const afterOthers = (act: () => Promise<void>): Promise<void> => {
    const done = queue.then(act);
    queue = done.catch(() => undefined);
    return done;
  };
  const closeAll = async (some: readonly Instance[]) => {
    await Promise.all(some.map((one) => one.close()));
  };
  return {
    instances: () => instances,
    invoke: (event: object): Promise<unknown> => {
      turn += 1;
      return (instances[turn % instances.length] as Instance).invoke(event);
    },
    /** Takes an instance out of the turn, and leaves it running. */
    remove: (index: number) => {
      instances = instances.filter((_, at) => at !== index);
    },
    /** One after another: two at once would both replace the same instances, and nothing would end those of one. */
    replace: () =>
      afterOthers(async () => {
        if (isClosed) throw new Error('The fleet is closed');
        const before = instances;
        instances = await startAll();
        await closeAll(before);
      }),
    /** Waits for a replacement that has begun, whose instances would otherwise outlive the fleet. */
    close: () => {
      isClosed = true;
      return afterOthers(() => closeAll(instances));
    },
  };
}
