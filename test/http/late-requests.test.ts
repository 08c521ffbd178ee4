import { describe, expect, it } from 'vitest';
import { eventOf, good, handlerWith, jsonEvent } from '../support/http-handler.ts';
import { minute, world } from '../support/token-world.ts';

/** The handler before the real token cache, and an event that API Gateway received so long ago. */
function lateHandler() {
  const { instance, state, mints, calls } = world();
  state.now = Date.now();
  const vend = instance({ monotonic: () => performance.now() });
  const handler = handlerWith({
    vendToken: ({ mintRequest, ...more }) => vend({ request: mintRequest, ...more }),
  });
  const invokeLate = (fields: object, waitedMs: number) => {
    const event = jsonEvent(fields);
    const { requestContext } = eventOf({}, Date.now() - waitedMs);
    return handler.invoke({ ...event, requestContext });
  };
  return { ...handler, invokeLate, state, mints, calls };
}

const waits: Array<[string, number]> = [
  ['26 s: no time is left', 26_000],
  ['28.9 s: the same', 28_900],
];
const impossible: Array<[string, number]> = [
  ['31 s: one of the two clocks is wrong', 31_000],
  ['an hour: the same', 60 * minute],
];

describe('a request that seems to have waited for', () => {
  it.each([...waits, ...impossible])(
    '%s, and is vended the live token of memory',
    async (_what, waitedMs) => {
      const { invokeLate, lines, mints, calls } = lateHandler();
      await invokeLate(good.client_credentials, 0);
      const before = { mints: mints.length, ...calls };
      const answer = await invokeLate(good.client_credentials, waitedMs);
      expect([answer.statusCode, lines[1]?.['cache']]).toEqual([200, 'memory']);
      expect({ mints: mints.length, ...calls }).toEqual(before);
    },
  );

  it.each(waits)('%s, and nothing is looked up or minted for it', async (_what, waitedMs) => {
    const { invokeLate, lines, mints, calls } = lateHandler();
    for (const fields of Object.values(good)) {
      const answer = await invokeLate(fields, waitedMs);
      expect([answer.statusCode, lines.at(-1)?.['reason']]).toEqual([504, 'out_of_time']);
    }
    expect([mints.length, calls.reads, calls.writes]).toEqual([0, 0, 0]);
  });

  it.each(impossible)('%s, and has all its time: a code is redeemed', async (_what, waitedMs) => {
    const { invokeLate, lines, mints } = lateHandler();
    const answer = await invokeLate(good.authorization_code, waitedMs);
    expect([answer.statusCode, lines[0]?.['cache'], mints.length]).toEqual([200, 'bypass', 1]);
  });
});
