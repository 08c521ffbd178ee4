import { randomFrom } from '../../support/random.ts';
import type { Exchange } from './exchange.ts';
import { createFleet } from './fleet.ts';
import { createGateway } from './gateway.ts';
import { installGlobals } from './globals.ts';
import { createHistory } from './history.ts';
import type { FrozenClock, HostClock } from './instance.ts';
import { createLedger } from './ledger.ts';
import type { TokenPolicy } from './models/issued-tokens.ts';
import { createPolicy, refreshEvent } from './requests.ts';
import { createHost, createServices } from './services.ts';
import { settle } from './settle.ts';
import { createTimeline } from './timeline.ts';
import { createTrouble } from './trouble.ts';

export type WorldOptions = {
  seed: number;
  frozenClock: FrozenClock;
  /** What each host's clock is ahead of true time, in milliseconds; as many hosts. */
  aheadMs: readonly number[];
  tokens: TokenPolicy;
  connectLatencyMs: number;
  keepWarm: boolean;
  /** Whether the first violation ends the run. */
  stopsAtFirst: boolean;
  /** Which rules matter. */
  applies: (rule: string) => boolean;
  /** Called with each answer. */
  judge: (exchange: Exchange, world: World) => void;
};

export type World = ReturnType<typeof createWorld>;

const startsAt = Date.UTC(2026, 0, 1);
const refreshEveryMs = 15 * 60_000;

/** The two functions as deployed, on a clock of their own, before models of all that they talk to. */
export function createWorld(options: WorldOptions) {
  installGlobals();
  const { seed, aheadMs, frozenClock, keepWarm, stopsAtFirst } = options;
  const timeline = createTimeline(startsAt, () => settle(() => fleet.isWaiting()));
  const random = randomFrom(seed + 2);
  const [trouble, history, ledger] = [
    createTrouble(timeline, random),
    createHistory(timeline, options.applies),
    createLedger(),
  ];
  const clocks: HostClock[] = aheadMs.map((ms) => ({ aheadMs: ms }));
  const skews = { least: Math.min(...aheadMs), most: Math.max(...aheadMs) };
  const parts = { ...options, timeline, trouble, history, ledger };
  const services = createServices(parts);
  const fleet = createFleet({
    timeline,
    clocks,
    frozenClock,
    host: createHost(services, parts),
    options: { policy: createPolicy(keepWarm), tokenTable: 'tokens', service: 'adversary' },
    note: history.note,
  });
  const { tokens } = services.connect;
  const judge = (exchange: Exchange) => options.judge(exchange, world);
  const gateway = createGateway({ timeline, fleet, history, ledger, tokens, judge });
  if (keepWarm) keepRefreshing(parts, fleet, clocks.length);

  const isOver = () => stopsAtFirst && history.violations.length > 0;
  const run = (ms: number) => timeline.run(timeline.now() + ms, isOver);
  const rotation = { pair: services.secrets.current(), count: 1, endsAt: startsAt };
  const state = { startsAt, random, clocks, skews, rotation, codes: { sent: 0 } };
  const world = { ...parts, ...services, ...state, options, fleet, gateway, run, isOver };
  return world;
}

/** Sets the clock of a host forward or back. */
export function jumpClock({ clocks, skews, trouble, history }: World, slot: number, byMs: number): void {
  const clock = clocks[slot] as HostClock;
  clock.aheadMs += byMs;
  skews.least = Math.min(skews.least, clock.aheadMs);
  skews.most = Math.max(skews.most, clock.aheadMs);
  trouble.mishap('clock');
  history.note(`the clock of slot ${slot} jumps by ${byMs} ms`);
}

type Refreshing = Pick<World, 'timeline' | 'history'>;

/** The schedule's invocations of the refresh function; an instance of its own has each. */
function keepRefreshing({ timeline, history }: Refreshing, fleet: World['fleet'], slots: number): void {
  let count = 0;
  const refresh = () => {
    const number = -1 - count++;
    fleet.send('refresh', count % slots, refreshEvent(number, timeline.now()), number, (ending) => {
      if (ending.kind === 'timeout' || ending.kind === 'threw')
        history.violate('in time', `the refresh function ended by ${ending.kind}`);
    });
    timeline.schedule(timeline.now() + refreshEveryMs, refresh);
  };
  timeline.schedule(timeline.now() + 1, refresh);
}
