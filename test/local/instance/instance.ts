import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { timeBudget } from '../../../lambda/values/time-budget.ts';

export type Instance = {
  invoke: (event: object) => Promise<unknown>;
  /** Files of the bundle that were loaded. */
  loaded: () => Promise<string[]>;
  /** Puts its wall clock so far ahead of this machine's. The monotonic one stays, as in an instance that was frozen. */
  setClock: (aheadMs: number) => Promise<void>;
  /** Ends it wherever it is. */
  close: () => Promise<void>;
};

export type Entry = 'vend-function' | 'refresh-function' | 'probe-function';

export type InstanceOptions = {
  /** The folder that holds the bundle. */
  bundle: string;
  entry: Entry;
  environment: Record<string, string>;
  /** Runs the instance in a process rather than a thread. */
  inProcess?: boolean;
  /** Told of everything that the function prints. */
  onLine: (line: string) => void;
};

type Reply = { id: string; result?: unknown; error?: string };

/** A thread or a process, as far as an instance needs to know. */
type Host = {
  /** `failed` where the host is not there any more. */
  send: (message: object, failed: () => void) => void;
  // biome-ignore lint/suspicious/noExplicitAny: what the two hosts have in common
  on: (event: 'error' | 'exit' | 'message', listener: (value: any) => void) => void;
  output: Readable[];
  end: () => void;
};

/**
 * One Lambda instance: the built bundle in its own thread or process, with its own environment and none of the host's
 * variables. Unlike Lambda's, it accepts several invocations at once.
 */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const host = options.inProcess === true ? startProcess(options) : startThread(options);
  for (const stream of host.output) createInterface({ input: stream }).on('line', options.onLine);
  const waiting = new Map<string, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  const fail = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const gone = () => new Error('The instance has ended');
  const ended = new Promise<void>((resolve) => {
    host.on('exit', () => {
      fail(gone());
      resolve();
    });
  });
  host.on('error', fail);
  host.on('message', ({ id, result, error }: Reply) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(result);
    else one?.reject(new Error(error));
  });
  const ask = (message: object) =>
    new Promise<unknown>((resolve, reject) => {
      const id = randomUUID();
      waiting.set(id, { resolve, reject });
      host.send({ id, ...message }, () => {
        waiting.delete(id);
        reject(gone());
      });
    });
  await ask({ kind: 'ready' });
  return {
    invoke: (event) => ask({ kind: 'invoke', event }),
    loaded: async () => (await ask({ kind: 'loaded' })) as string[],
    setClock: async (aheadMs) => void (await ask({ kind: 'clock', aheadMs })),
    close: async () => {
      host.end();
      await ended;
    },
  };
}

/** As the stack sets them for the functions. */
const timeoutsMs: Readonly<Record<Entry, number>> = {
  'vend-function': timeBudget.vendTimeoutMs,
  'refresh-function': timeBudget.refreshTimeoutMs,
  'probe-function': timeBudget.probeTimeoutMs,
};

const program = new URL('./instance-worker.ts', import.meta.url);

function startThread({ bundle, entry, environment }: InstanceOptions): Host {
  const worker = new Worker(program, {
    argv: [bundle, entry, String(timeoutsMs[entry])],
    env: environment,
    // Without this, the thread would inherit the options of NODE_OPTIONS.
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  return {
    send: (message) => worker.postMessage(message),
    on: (event, listener) => worker.on(event, listener),
    output: [worker.stdout, worker.stderr],
    end: () => void worker.terminate(),
  };
}

function startProcess({ bundle, entry, environment }: InstanceOptions): Host {
  const child: ChildProcess = fork(program, [bundle, entry, String(timeoutsMs[entry])], {
    env: environment,
    execArgv: [],
    silent: true,
  });
  return {
    send: (message, failed) => {
      // Without a callback, a message to a process that dies would be an error of nobody's.
      child.send(message, (error) => {
        if (error !== null) failed();
      });
    },
    on: (event, listener) => child.on(event, listener),
    output: [child.stdout, child.stderr].filter((stream) => stream !== null),
    end: () => child.kill('SIGKILL'),
  };
}
