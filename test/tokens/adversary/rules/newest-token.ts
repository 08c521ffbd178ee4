import { areClocksSane, isUsable, type Rule, spreadMs } from './rule.ts';

/** How long an instance may go on with what it has before it looks at the table. */
const recheckMs = 60_000;
const slackMs = 5_000;
/** After its clock was set back an instance may be late by that. */
const afterJumpMs = 180_000;

/** No token is vended that is older than one which the table has held for more than a minute. */
export const newestToken: Rule = {
  name: 'newest token',
  check: (exchange, world) => {
    const { token, identity, arrivedAt, endedAt, ask } = exchange;
    if (token === undefined || ask.code !== undefined || !areClocksSane(world)) return undefined;
    const held = world.contents.held(identity);
    if (held === undefined || held.token.serial <= token.serial) return undefined;
    const since = arrivedAt - recheckMs - slackMs;
    if (held.since > since || !world.trouble.isFree('table', since, endedAt)) return undefined;
    if (world.trouble.hadMishap(['clock'], arrivedAt - afterJumpMs, endedAt)) return undefined;
    // Two mints closer together than the clocks are may be taken in either order.
    if (held.token.issuedAt - token.issuedAt <= spreadMs(world) + 1_000) return undefined;
    if (!isUsable(held.token, exchange)) return undefined;
    return `${token.text} while the table has held ${held.token.text} for ${endedAt - held.since} ms`;
  },
};
