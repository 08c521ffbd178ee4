import type { Exchange } from '../exchange.ts';
import type { IssuedToken } from '../models/issued-tokens.ts';
import type { World } from '../world.ts';

/** What the contract says of one answer; `check` returns what is wrong with it. */
export type Rule = {
  name: string;
  check: (exchange: Exchange, world: World, memory: Memory) => string | undefined;
};

/** What each instance vended last, by identity: it may keep no less. */
export type Memory = (instanceId: string, identity: string) => IssuedToken | undefined;

/** Clocks further off than this are not covered by any promise about true time. */
export const saneClockMs = 60_000;

/** Whether a function must take the token for good: by this instance's clock it has life enough for the request. */
export function isUsable(token: IssuedToken, { wallAtEnd, ask }: Exchange): boolean {
  const expiries = token.beliefs.map(({ expiresAt }) => expiresAt);
  const lifetimeMs = Math.min(...token.beliefs.map((belief) => belief.lifetimeMs));
  const leftMs = Math.min(...expiries) - wallAtEnd;
  const mostLeftMs = Math.max(...expiries) - wallAtEnd;
  const neededMs = Math.max(5_000, floorMs(lifetimeMs), (ask.minTtl ?? 0) * 1000);
  const marginMs = 3_000;
  // A token with more life than it ever had was minted by a clock that was wrong.
  return leftMs >= neededMs + marginMs && mostLeftMs <= lifetimeMs + 300_000;
}

/** The least remaining life that is vended of a token that Connect has not brought again. */
export function floorMs(lifetimeMs: number): number {
  return Math.min(120_000, lifetimeMs * 0.02);
}

export function areClocksSane({ clocks }: World): boolean {
  return clocks.every(({ aheadMs }) => Math.abs(aheadMs) <= saneClockMs);
}

/** How far two clocks of this run have ever been apart. */
export function spreadMs({ skews }: World): number {
  return skews.most - skews.least;
}
