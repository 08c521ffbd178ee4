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
    ['Lambda would end it now', 10, Date.now()],
    ['Lambda would end it in a second', 1_000, Date.now()],
    ['the gateway has waited long enough', 27_000, Date.now() - 25_000],
    ['the gateway gave up long ago', 27_000, 0],
  ])(
    'begins nothing where %s: a one-time code stays unused',
    async (_when, remainingMs, requestTimeEpoch) => {
      const { invoke, vends, lines } = handlerWith();
      const answer = await invoke(eventOf({}, requestTimeEpoch), remainingMs);
      expect([answer.statusCode, lines[0]?.['reason']]).toEqual([504, 'out_of_time']);
      expect(JSON.parse(answer.body)).toMatchObject({
        error: 'temporarily_unavailable',
        error_description: expect.stringMatching(/try again.*start the linking again/),
      });
      expect(vends).toEqual([]);
    },
  );

  it.each([undefined, null, 'yesterday', Number.NaN])(
    'gives an event whose time is %s all the time there is',
    async (requestTimeEpoch) => {
      const event = eventOf();
      const requestContext = { ...event.requestContext, requestTimeEpoch };
      expect((await handlerWith().invoke({ ...event, requestContext })).statusCode).toBe(200);
    },
  );

  it('gains no time from a gateway clock that is ahead', async () => {
    const { invoke } = handlerWith();
    expect((await invoke(eventOf({}, Date.now() + 3_600_000))).statusCode).toBe(200);
  });

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
