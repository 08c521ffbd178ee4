import { readFileSync } from 'node:fs';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { createRecordRequest } from './audit.ts';
import { createBackOff } from './back-off.ts';
import { createHandler } from './handler.ts';
import type { Mint } from './mint.ts';
import type { Policy } from './policy.ts';
import { createTokens } from './tokens.ts';
import { createVend } from './vend.ts';

const policy = JSON.parse(readFileSync(new URL('./policy.json', import.meta.url), 'utf8')) as Policy;
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

// POWERTOOLS_SERVICE_NAME and POWERTOOLS_METRICS_NAMESPACE come from the stack.
const logger = new Logger();
const metrics = new Metrics();

/** Minting, and the Secrets Manager client with it, loads with the first mint: a vend from memory needs neither. */
let loading: Promise<Mint> | undefined;
const mint: Mint = async (order, effort, signal) => {
  loading ??= import('./minting.ts').then(({ createMinting }) => createMinting(clock));
  return (await loading)(order, effort, signal);
};

const vendToken = createTokens({
  mint,
  backOff: createBackOff(clock.monotonic),
  now: clock.now,
  random: Math.random,
});

export const handler = createHandler({
  vend: createVend({ policy, vendToken }),
  recordRequest: createRecordRequest(logger, metrics),
  logError: (error) => logger.error('bug', error as Error),
  ...clock,
});
