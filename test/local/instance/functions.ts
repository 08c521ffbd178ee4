import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '../../../infra/bundle.ts';
import type { Policy } from '../../../lambda/policy/policy.ts';
import type { Clock } from './clock.ts';
import { startFleet } from './fleet.ts';
import { type Entry, type Instance, startInstance } from './instance.ts';

export type FunctionsOptions = {
  policy: Policy;
  environment: Record<string, string>;
  clock: Clock;
  instances: number;
  inProcesses: boolean;
  onLine: (line: string) => void;
};

/** The vend function's instances and one of the refresh function's, from a bundle that is built for them. */
export async function startFunctions(options: FunctionsOptions) {
  const { policy, environment, clock, instances, inProcesses, onLine } = options;
  const bundle = await mkdtemp(join(tmpdir(), 'connect-token-vending-'));
  const built = bundleFunctions({ policy, into: bundle });
  const start = (entry: Entry, its: Record<string, string>) =>
    startInstance({ bundle, entry, inProcess: inProcesses, environment: its, onLine });
  const startOnClock = async (entry: Entry) => {
    const instance = await start(entry, environment);
    if (clock.aheadMs() > 0) await instance.setClock(clock.aheadMs());
    return instance;
  };
  const fleet = await startFleet(instances, () => startOnClock('vend-function'));
  const refresher = await startOnClock('refresh-function');
  let prober: Instance | undefined;
  return {
    built,
    fleet,
    refresh: refresher.invoke,
    /** It has this machine's clock, as everybody who signs from outside. */
    startProber: async (its: Record<string, string>) => {
      prober = await start('probe-function', its);
      return prober;
    },
    /** Puts the clock forward, and those of the instances with it. */
    advanceClock: async (ms: number) => {
      clock.advance(ms);
      await Promise.all([refresher, ...fleet.instances()].map((one) => one.setClock(clock.aheadMs())));
    },
    close: async () => {
      await Promise.all([fleet.close(), refresher.close(), prober?.close()]);
      await Promise.all(
        [bundle, `${bundle}-maps`].map((folder) => rm(folder, { recursive: true, force: true })),
      );
    },
  };
}
