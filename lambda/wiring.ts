import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { createRecordRequest } from './audit.ts';
import { createBackOff } from './back-off.ts';
import { createHandler } from './handler.ts';
import type { Mint } from './mint.ts';
import type { Policy } from './policy.ts';
import { createTokens } from './tokens.ts';
import { createVend } from './vend.ts';

/** Everything that one instance is made of. Powertools reads its service name and namespace from the environment. */
export function createVendFunction(policy: Policy) {
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const logger = new Logger();
  const mint = loadedWhenNeeded(() =>
    import('./minting.ts').then(({ createMinting }) => createMinting(clock)),
  );
  const backOff = createBackOff(clock.monotonic);
  const vendToken = createTokens({ mint, backOff, now: clock.now, random: Math.random });
  return createHandler({
    vend: createVend({ policy, vendToken }),
    recordRequest: createRecordRequest(logger, new Metrics()),
    logError: (error) => logger.error('bug', error as Error),
    ...clock,
  });
}

/** Minting and the Secrets Manager client with it load with the first mint: a vend from memory needs neither. */
function loadedWhenNeeded(load: () => Promise<Mint>): Mint {
  let loading: Promise<Mint> | undefined;
  return async (order, effort, signal) => {
    loading ??= load();
    const mint = await loading;
    return mint(order, effort, signal);
  };
}
