import { type Exchange, tookMs } from '../exchange.ts';
import type { World } from '../world.ts';
import { reasonOf } from './refusals.ts';
import { areClocksSane, type Rule, spreadMs } from './rule.ts';

const recoveryMs = 60_000;

/** When all that went wrong must be forgotten: pauses that were set by a clock ahead of others last longer for those. */
export function recoveredAt(world: World): number {
  return world.trouble.endsAt() + recoveryMs + Math.min(2 * spreadMs(world), 240_000);
}

/** A minute after the last trouble every request is served, and soon. */
export const recovers: Rule = {
  name: 'recovers',
  check: (exchange, world) => {
    if (exchange.arrivedAt <= recoveredAt(world) || !areClocksSane(world)) return undefined;
    if (exchange.ending.kind !== 'answered' || isExcused(exchange, world)) return undefined;
    if (exchange.status !== 200) return `${reasonOf(exchange)}, ${sinceText(exchange, world)}`;
    const limitMs = 4_000 + 4 * world.options.connectLatencyMs;
    if (tookMs(exchange) <= limitMs) return undefined;
    return `served after ${Math.round(tookMs(exchange))} ms, ${sinceText(exchange, world)}`;
  },
};

/** A code that was sent before, and what a Connect that brings the same token again cannot give. */
function isExcused({ ask, instance, identity }: Exchange, world: World): boolean {
  // To such a clock every request has waited at the gateway for most of its time.
  const { aheadMs } = instance.clock;
  if (aheadMs >= 15_000 && aheadMs <= 29_500) return true;
  if (ask.code !== undefined) return world.gateway.timesAsked(ask.code) > 1;
  if (world.options.tokens.previous !== 'reused') return false;
  if (ask.minTtl !== undefined) return true;
  return isAtItsEnd(identity, world);
}

/** Connect goes on bringing a token that has only seconds left, by one of the clocks. */
function isAtItsEnd(identity: string, world: World): boolean {
  const now = world.timeline.now();
  const tokens = [...world.connect.tokens.byText.values()].filter((token) => token.identity === identity);
  return tokens.some(({ expiresAt }) => Math.abs(expiresAt - now) < 15_000 + spreadMs(world));
}

function sinceText({ arrivedAt }: Exchange, world: World): string {
  const sinceMs = arrivedAt - world.trouble.endsAt();
  return Number.isFinite(sinceMs)
    ? `${Math.round(sinceMs / 1000)} s after the last trouble`
    : 'no trouble at all';
}
