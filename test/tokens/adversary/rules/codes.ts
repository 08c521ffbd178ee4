import type { Rule } from './rule.ts';

/** How long a code is known to have been sent. */
const rememberedMs = 9 * 60_000;

/** After these Connect has not looked at the code, and it may be sent again. */
const neverCarriedOut: ReadonlySet<unknown> = new Set([401, 429, 'ECONNREFUSED']);

/** One request sends a code once with each pair of credentials that differs. */
export const codeOnce: Rule = {
  name: 'code once',
  check: ({ connect }) => {
    const sent = connect.filter(({ code }) => code !== undefined).map(({ pair }) => pair);
    return new Set(sent).size < sent.length ? `the code went up ${sent.length} times` : undefined;
  },
};

/** Whoever sends a code how often, it goes up for one request, if the table could be reached. */
export const codeOnceForAll: Rule = {
  name: 'code once for all',
  check: ({ ask: { code }, number, connect, endedAt }, world) => {
    if (code === undefined || connect.length === 0) return undefined;
    const earlier = world.connect.requests.find(
      (request) =>
        request.code === code &&
        request.invocation !== number &&
        request.at > endedAt - rememberedMs &&
        !neverCarriedOut.has(request.outcome),
    );
    if (earlier === undefined) return undefined;
    const from = Math.min(earlier.at, ...connect.map(({ at }) => at)) - 2_000;
    const isTableGood =
      world.trouble.isFree('table', from, endedAt) && !world.trouble.hadMishap(['item'], from, endedAt);
    return isTableGood ? 'the code went up for two requests' : undefined;
  },
};
