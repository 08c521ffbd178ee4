import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';

/** As the stack sets it. */
const timeout = 27_000;

export type Instance = {
  invoke: (event: object) => Promise<unknown>;
  /** Files of the bundle that were loaded. */
  loaded: () => Promise<string[]>;
  close: () => Promise<void>;
};

export type InstanceOptions = {
  /** The folder that holds the bundle. */
  bundle: string;
  entry?: 'vend-function' | 'refresh-function';
  environment: Record<string, string>;
  /** Told of everything that the function prints. */
  onLine: (line: string) => void;
};

type Reply = { id: string; result?: unknown; error?: string };

/**
 * One Lambda instance: the built bundle in a thread of its own, with its own environment and nothing of the host's.
 * Unlike Lambda's it takes several invocations at once.
 */
export async function startInstance({
  bundle,
  entry = 'vend-function',
  environment,
  onLine,
}: InstanceOptions): Promise<Instance> {
  const worker = new Worker(new URL('./instance-worker.ts', import.meta.url), {
    workerData: { bundle, entry, timeout },
    env: environment,
    stdout: true,
    stderr: true,
  });
  for (const stream of [worker.stdout, worker.stderr]) createInterface({ input: stream }).on('line', onLine);
  const waiting = new Map<string, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  const fail = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('The instance has ended')));
  worker.on('message', ({ id, result, error }: Reply) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(result);
    else one?.reject(new Error(error));
  });
  const ask = (message: object) =>
    new Promise<unknown>((resolve, reject) => {
      const id = randomUUID();
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, ...message });
    });
  await ask({ kind: 'ready' });
  return {
    invoke: (event) => ask({ kind: 'invoke', event }),
    loaded: async () => (await ask({ kind: 'loaded' })) as string[],
    close: async () => {
      await worker.terminate();
    },
  };
}
