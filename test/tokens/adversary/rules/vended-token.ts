import type { Rule } from './rule.ts';
import { floorMs, spreadMs } from './rule.ts';

const secondMs = 1_000;
const dayMs = 86_400_000;

/** By the instance's own clock no token is dead or has less life than was asked for. */
export const lifeEnough: Rule = {
  name: 'life enough',
  check: ({ token, body, ask }) => {
    if (token === undefined) return undefined;
    const { expires_in: left } = body;
    if (typeof left !== 'number' || !Number.isInteger(left) || left < 1) return `expires_in is ${left}`;
    // A code's token is all that the code will ever buy.
    if (ask.code !== undefined) return undefined;
    const lifetimeMs = Math.min(...token.beliefs.map((belief) => belief.lifetimeMs));
    const floor = floorMs(lifetimeMs);
    // One that Connect has brought again is vended under the floor, too.
    const leastMs = token.beliefs.length > 1 ? Math.min(5 * secondMs, floor) : floor;
    const least = Math.max(leastMs / secondMs, ask.minTtl ?? 0) - 1;
    return left < least ? `${left} s left, at least ${Math.ceil(least)} s promised` : undefined;
  },
};

/** `created_at` is now by the instance's clock, and with `expires_in` it adds up to the expiry. */
export const trueTimes: Rule = {
  name: 'true times',
  check: ({ token, body, wallAtArrival, wallAtEnd, arrivedAt, endedAt }) => {
    if (token === undefined) return undefined;
    const { created_at: created = 0, expires_in: left = 0 } = body;
    const tookMs = endedAt - arrivedAt;
    const earliest = Math.min(wallAtArrival, wallAtEnd - tookMs) / secondMs - 1;
    if (created < earliest || created > wallAtEnd / secondMs + 1) return `created_at ${created} is not now`;
    const ends = token.beliefs.map(({ expiresAt }) => expiresAt / secondMs);
    const sum = created + left;
    if (sum > Math.max(...ends) + 1) return `${sum - Math.max(...ends)} s more life than Connect gave`;
    return sum < Math.min(...ends) - 2
      ? `${Math.min(...ends) - sum} s less life than Connect gave`
      : undefined;
  },
};

/** Clocks up to a minute apart never vend a 24-hour token that is truly dead. */
export const trulyAlive: Rule = {
  name: 'truly alive',
  check: ({ token, endedAt }, world) => {
    if (token === undefined || token.lifetimeMs < dayMs || spreadMs(world) > 60_000) return undefined;
    if (token.beliefs.length > 1 || token.expiresAt > endedAt) return undefined;
    return `dead for ${endedAt - token.expiresAt} ms`;
  },
};

/** A token is vended to whom it was issued for, and to nobody else. */
export const ownToken: Rule = {
  name: 'own token',
  check: ({ token, status, body, identity, ask }) => {
    if (status !== 200) return undefined;
    if (token === undefined) return 'a token that Connect never issued';
    if (token.identity !== identity) return `asked for ${identity}, vended ${token.identity}`;
    const asked = ask.code === undefined ? ask.identity.scope : 'account_linking';
    const said = body.scope?.split(' ').sort().join(',');
    return said === asked.split(',').sort().join(',') ? undefined : `scope is ${body.scope}`;
  },
};
