import type { Exchange } from '../exchange.ts';
import { isUsable, type Rule, saneClockMs } from './rule.ts';

const unavailable = new Set([500, 502, 503, 504]);

/** With its clock that much ahead, an instance has little time left for what takes any. */
function hasTime({ instance }: Exchange): boolean {
  const { aheadMs } = instance.clock;
  return Math.abs(aheadMs) <= saneClockMs && (aheadMs < 15_000 || aheadMs > 29_500);
}

/** Nobody is refused a token that the instance has in memory or can read in the table. */
export const servesWhatItHas: Rule = {
  name: 'serves what it has',
  check: (exchange, world, memory) => {
    const { status, ask, instance, identity, arrivedAt, endedAt } = exchange;
    if (!unavailable.has(status) || ask.code !== undefined || !hasTime(exchange)) return undefined;
    if (world.trouble.hadMishap(['clock'], arrivedAt, endedAt)) return undefined;
    const kept = memory(instance.id, identity);
    if (kept !== undefined && isUsable(kept, exchange))
      return `${reasonOf(exchange)} while ${kept.text} is in memory`;
    const held = world.contents.held(identity);
    if (held === undefined || held.since > arrivedAt || !isUsable(held.token, exchange)) return undefined;
    if (!world.trouble.isFree('table', arrivedAt - 1_000, endedAt)) return undefined;
    return `${reasonOf(exchange)} while ${held.token.text} is in the table`;
  },
};

/** A refusal that blames credentials or configuration comes from an attempt of its own: all others are told to wait. */
export const ownFailures: Rule = {
  name: 'own failures',
  check: (exchange) => {
    const { status, connect, secretReads } = exchange;
    if (status === 502 && !connect.some(({ outcome }) => outcome !== undefined && outcome !== 200))
      return `${reasonOf(exchange)} without a request to Connect`;
    if (status === 500 && secretReads === 0) return `${reasonOf(exchange)} without a look at the secret`;
    return undefined;
  },
};

export function reasonOf({ status, audit }: Exchange): string {
  return `${status} ${audit['reason'] ?? ''}`.trim();
}
