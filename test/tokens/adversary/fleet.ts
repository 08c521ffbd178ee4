import type { FrozenClock, HostClock } from './instance.ts';
import {
  createWorker,
  type Ending,
  type FunctionName,
  type FunctionOptions,
  type Worker,
} from './invocation.ts';
import type { Timeline } from './timeline.ts';

export type FleetOptions = {
  timeline: Timeline;
  clocks: readonly HostClock[];
  frozenClock: FrozenClock;
  host: object;
  options: FunctionOptions;
  note: (text: string) => void;
};

export type Fleet = ReturnType<typeof createFleet>;

/** What Lambda does: it gives each request an idle instance, or a new one where there is none. */
export function createFleet({ note, clocks, options, ...of }: FleetOptions) {
  const workers: Record<FunctionName, Worker[]> = { vend: [], refresh: [] };
  const busy = new Set<Worker>();
  let created = 0;

  /** An idle instance of that slot; where its instances are all busy, of any; else a new one. */
  function pick(name: FunctionName, slot: number): Worker {
    const inSlot = workers[name].filter(({ instance }) => instance.slot === slot);
    const isIdle = ({ isBusy }: Worker) => !isBusy;
    const found = inSlot.find(isIdle) ?? (inSlot.length > 0 ? workers[name].find(isIdle) : undefined);
    return found ?? create(name, slot);
  }

  function create(name: FunctionName, slot: number): Worker {
    created += 1;
    const id = `${name} ${slot}.${created}`;
    const clock = clocks[slot] as HostClock;
    const worker = createWorker({ ...of, id, slot, name, clock, options });
    workers[name].push(worker);
    note(`${id} starts, its clock ${clock.aheadMs} ms ahead`);
    return worker;
  }

  /** Returns the instance that has the request. */
  function send(
    name: FunctionName,
    slot: number,
    event: object,
    invocation: number,
    ended: (ending: Ending, worker: Worker) => void,
  ): Worker {
    const worker = pick(name, slot);
    busy.add(worker);
    worker.invoke(event, invocation, (ending) => {
      busy.delete(worker);
      if (worker.instance.isDead()) remove(worker);
      ended(ending, worker);
    });
    return worker;
  }

  function remove(worker: Worker): void {
    for (const some of Object.values(workers)) {
      const index = some.indexOf(worker);
      if (index >= 0) some.splice(index, 1);
    }
  }

  return {
    send,
    /** Ends the instances of a slot, in the middle of whatever they do. */
    kill: (slot: number) => {
      const doomed = Object.values(workers)
        .flat()
        .filter(({ instance }) => instance.slot === slot);
      for (const worker of doomed) {
        note(`${worker.instance.id} is ended${worker.isBusy ? ' in the middle of a request' : ''}`);
        worker.kill('crashed');
        remove(worker);
      }
    },
    busy: () => busy.size,
    /** Starts instances before there are requests. */
    warm: () => {
      for (const slot of clocks.keys()) create('vend', slot);
    },
    /** Whether all code that runs waits for a service or a timer. */
    isWaiting: () => {
      for (const worker of busy) if (worker.isRunning() && worker.instance.waits === 0) return false;
      return true;
    },
  };
}
