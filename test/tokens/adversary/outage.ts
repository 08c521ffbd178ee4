import { tookMs } from './exchange.ts';
import { shopper } from './requests.ts';
import { beginFault, createScenario, second } from './scenario.ts';

export type OutageOptions = { instances: number; kind: 'failing' | 'hanging'; lastsMs: number };

export type OutageFigures = {
  /** Sent to Connect. */
  requests: number;
  vends: number;
  refusals: number;
  medianRefusalMs: number;
};

const tokens = 20;
const spacingMs = second / 10;

/** For so long Connect answers 500, or not at all, while 20 tokens are asked for ten times a second. */
export async function simulateOutage({ instances, kind, lastsMs }: OutageOptions): Promise<OutageFigures> {
  const world = createScenario({ hosts: instances, connectLatencyMs: 100, frozenClock: 'runs' });
  world.fleet.warm();
  beginFault(world, 'connect', kind === 'failing' ? 'failing' : 'lost', lastsMs);
  for (let at = 0; at < lastsMs; at += spacingMs) {
    const slot = Math.floor(world.random() * instances);
    world.gateway.ask(slot, { identity: shopper(Math.floor(world.random() * tokens)) });
    await world.run(spacingMs);
  }
  const { vends, refusals } = world.ledger.counts;
  const times = world.answers
    .filter(({ status }) => status !== 200)
    .map(tookMs)
    .sort((one, other) => one - other);
  const medianRefusalMs = times[Math.floor(times.length / 2)] ?? 0;
  return { requests: world.connect.requests.length, vends, refusals, medianRefusalMs };
}
