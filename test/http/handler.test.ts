import { describe, expect, it } from 'vitest';
import { eventOf, handlerWith } from '../support/http-handler.ts';

describe('the handler', () => {
  it('answers 504 at the deadline of the gateway, even if a mint never ends', async () => {
    let stopped: AbortSignal | undefined;
    const { invoke, lines } = handlerWith({
      vendToken: ({ signal }) => {
        stopped = signal;
        return new Promise(() => undefined);
      },
    });
    const startedAt = performance.now();
    const answer = await invoke(eventOf({}, Date.now() - 24_500));
    expect(answer.statusCode).toBe(504);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(stopped?.aborted).toBe(true);
    expect(lines[0]?.['reason']).toBe('out_of_time');
  });

  it('answers 504 a second before Lambda would end it', async () => {
    const { invoke, vends } = handlerWith({ vendToken: () => new Promise(() => undefined) });
    const startedAt = performance.now();
    expect((await invoke(eventOf(), 1_300)).statusCode).toBe(504);
    expect(performance.now() - startedAt).toBeLessThan(1_300);
    expect(vends).toHaveLength(1);
  });

  it.each([
    ['Lambda would end it now', 10, 0],
    ['Lambda would end it in a second', 1_000, 0],
    ['the gateway has waited for 25 seconds', 27_000, 25_000],
    ['the gateway is about to give up', 27_000, 28_900],
  ])('answers 504 at once where %s, and says so to the token cache', async (_when, remainingMs, waitedMs) => {
    const { invoke, vends, lines } = handlerWith({ vendToken: () => new Promise(() => undefined) });
    const startedAt = performance.now();
    const answer = await invoke(eventOf({}, Date.now() - waitedMs), remainingMs);
    expect([answer.statusCode, lines[0]?.['reason']]).toEqual([504, 'out_of_time']);
    expect(JSON.parse(answer.body)).toMatchObject({
      error: 'temporarily_unavailable',
      error_description: expect.stringMatching(/try again.*start the linking again/),
    });
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(vends.every(({ deadline }) => deadline <= startedAt + 1)).toBe(true);
  });

  it.each([
    ['of the gateway, 25 s after it began', 30_000, 4_000, 21_000],
    ['of Lambda, a second before its end', 11_000, 4_000, 10_000],
  ])('tells the token cache the deadline %s', async (_whose, remainingMs, waitedMs, leftMs) => {
    const { invoke, vends } = handlerWith();
    const startedAt = performance.now();
    await invoke(eventOf({}, Date.now() - waitedMs), remainingMs);
    const deadlineInMs = (vends[0]?.deadline ?? 0) - startedAt;
    expect(deadlineInMs).toBeGreaterThan(leftMs - 100);
    expect(deadlineInMs).toBeLessThan(leftMs + 400);
  });

  it.each([
    ['as long as the gateway waits', 29_000, 25_000],
    ['a millisecond less', 28_999, -3_999],
    ['since 1970', Date.UTC(2026, 0, 1), 25_000],
    ['for no time', 0, 25_000],
    ['for less than no time', -3_600_000, 25_000],
  ])('gives a request that seems to have waited %s its time', async (_howLong, waitedMs, leftMs) => {
    const now = Date.UTC(2026, 0, 1);
    const { invoke, vends } = handlerWith({ now: () => now });
    const startedAt = performance.now();
    await invoke(eventOf({}, now - waitedMs), 60_000);
    expect(Math.round(((vends[0]?.deadline ?? 0) - startedAt) / 1_000)).toBe(Math.round(leftMs / 1_000));
  });

  it.each([undefined, null, 'yesterday', Number.NaN])(
    'gives an event whose time is %s all the time there is',
    async (requestTimeEpoch) => {
      const event = eventOf();
      const requestContext = { ...event.requestContext, requestTimeEpoch };
      expect((await handlerWith().invoke({ ...event, requestContext })).statusCode).toBe(200);
    },
  );

  it('answers an opaque 500 for a bug, and logs it', async () => {
    const { invoke, bugs, lines } = handlerWith({
      vendToken: async () => {
        throw new TypeError('canary-detail');
      },
    });
    const answer = await invoke(eventOf());
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('canary');
    expect(JSON.parse(answer.body)).toEqual({
      error: 'server_error',
      error_description: expect.stringContaining('wrong in this service'),
      request_id: 'gateway-request',
    });
    expect(String(bugs[0])).toContain('canary-detail');
    expect(lines[0]?.['reason']).toBe('bug');
  });

  it('answers nobody but API Gateway', async () => {
    const { invoke, vends, lines } = handlerWith();
    for (const event of [
      {},
      null,
      'warm',
      { version: '0', source: 'aws.scheduler', detail: {} },
      { requestContext: { elb: {} } },
      { requestContext: { requestId: 7 } },
    ]) {
      const answer = await invoke(event);
      expect([answer.statusCode, lines.at(-1)?.['reason']]).toEqual([400, 'not_api_gateway']);
      expect(JSON.parse(answer.body)).toEqual({
        error: 'invalid_request',
        error_description: expect.stringContaining('API Gateway'),
        request_id: 'lambda-request',
      });
    }
    expect(vends).toEqual([]);
  });
});
