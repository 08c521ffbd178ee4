import type { Exchange } from '../exchange.ts';
import type { IssuedToken } from '../models/issued-tokens.ts';
import type { World } from '../world.ts';
import { codeOnce, codeOnceForAll } from './codes.ts';
import { fewTableCalls, inTime, noBug } from './limits.ts';
import { newestToken } from './newest-token.ts';
import { recovers } from './recovery.ts';
import { ownFailures, servesWhatItHas } from './refusals.ts';
import type { Rule } from './rule.ts';
import { lifeEnough, ownToken, trueTimes, trulyAlive } from './vended-token.ts';

/** Checked at each answer, in this order. */
const answerRules: readonly Rule[] = [
  inTime,
  noBug,
  ownToken,
  lifeEnough,
  trueTimes,
  trulyAlive,
  newestToken,
  servesWhatItHas,
  ownFailures,
  recovers,
  fewTableCalls,
  codeOnce,
  codeOnceForAll,
];

/** Every rule there is, by name; the last ones are of a whole run, and of what the functions may use. */
export const ruleNames: readonly string[] = [
  ...answerRules.map(({ name }) => name),
  'few mints',
  'few reads',
  'few requests in an outage',
  'model',
];

/** Checks the answers of one run against the rules that `applies` lets through. */
export function createJudge(applies: (rule: string) => boolean) {
  const vended = new Map<string, IssuedToken>();
  const rules = answerRules.filter(({ name }) => applies(name));

  return function judge(exchange: Exchange, world: World): void {
    const { instance, identity, token, number } = exchange;
    for (const { name, check } of rules) {
      const wrong = check(exchange, world, (instanceId, key) => vended.get(`${instanceId} ${key}`));
      if (wrong !== undefined) world.history.violate(name, `request ${number} (${instance.id}): ${wrong}`);
    }
    if (token !== undefined) vended.set(`${instance.id} ${identity}`, token);
  };
}
