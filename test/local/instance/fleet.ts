import type { Instance } from './instance.ts';

/** Several instances of one function, which take invocations in turn. */
export async function startFleet(size: number, start: () => Promise<Instance>) {
  const startAll = () => Promise.all(Array.from({ length: size }, start));
  let instances = await startAll();
  let turn = 0;
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
    replace: async () => {
      const before = instances;
      instances = await startAll();
      await closeAll(before);
    },
    close: () => closeAll(instances),
  };
}
