import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Answer,
  clientOf,
  cutShort,
  faultOf,
  never,
  ok,
  reset,
  type ScriptedService,
  says,
  setRole,
  startScriptedService,
} from './scripted-service.ts';

let service: ScriptedService;
beforeAll(async () => {
  service = await startScriptedService();
});
beforeEach(() => {
  service.requests.length = 0;
  service.state.answers = [];
  service.state.otherwise = ok;
  service.state.aheadMs = 0;
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
afterAll(() => service.close());

const refusal = (name: string, status = 400) =>
  says(status, { __type: name, message: 'as the service says' });

describe('a call', () => {
  it('is one signed POST, and its answer is the body', async () => {
    expect(await clientOf(service.url)()).toEqual({ Item: { pk: { S: 'key' } } });
    expect(service.requests).toMatchObject([
      {
        key: 'first-key',
        body: '{"TableName":"tokens"}',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'DynamoDB_20120810.GetItem',
          'x-amz-security-token': 'first-session',
          'user-agent': 'connect-token-vending',
        },
      },
    ]);
  });

  it('is signed with the keys that the environment has at the time', async () => {
    const second = { accessKeyId: 'second-key', secretAccessKey: 'second-secret' };
    service.state.keys.push({ ...second, sessionToken: undefined });
    const call = clientOf(service.url);
    await call();
    setRole(second);
    await call();
    expect(service.requests.map(({ key }) => key)).toEqual(['first-key', 'second-key']);
  });

  it('without keys in the environment is a fault, and nothing is sent', async () => {
    const call = clientOf(service.url);
    setRole({});
    expect(await faultOf(call())).toEqual({ name: 'CredentialsProviderError', message: '' });
    expect(service.requests).toEqual([]);
  });
});

describe('what is tried again', () => {
  const passing: Array<[what: string, answer: Answer, name: string, message?: string]> = [
    ['500', refusal('InternalServerError', 500), 'InternalServerError', 'as the service says'],
    ['503 in HTML', says(503, '<html>secret</html>'), 'Http503'],
    ['429', says(429, ''), 'Http429'],
    [
      'a throttled table',
      refusal('ProvisionedThroughputExceededException'),
      'ProvisionedThroughputExceededException',
    ],
    [
      'a throttled caller',
      refusal('com.amazon.coral.availability#ThrottlingException'),
      'ThrottlingException',
    ],
    ['too many requests', refusal('RequestLimitExceeded'), 'RequestLimitExceeded'],
    ['a reset', reset, 'ECONNRESET'],
    ['half a body', cutShort, 'ECONNRESET'],
    ['silence', never, 'TimeoutError'],
  ];

  it.each(passing)('%s: as often as the client may, and the name is told', async (_what, answer, name) => {
    service.state.otherwise = answer;
    expect(await faultOf(clientOf(service.url, { maxAttempts: 3 })())).toMatchObject({ name });
    expect(service.requests).toHaveLength(3);
  });

  it.each(passing)('%s: the answer of a later attempt counts', async (_what, answer) => {
    service.state.answers = [answer];
    expect(await clientOf(service.url)()).toHaveProperty('Item');
    expect(service.requests).toHaveLength(2);
  });

  it('waits between attempts, twice as long each time, with jitter', async () => {
    service.state.otherwise = refusal('ThrottlingException');
    const pauses = async (chance: number) => {
      service.requests.length = 0;
      vi.spyOn(Math, 'random').mockReturnValue(chance);
      await faultOf(clientOf(service.url, { maxAttempts: 3 })());
      const [first = 0, second = 0, third = 0] = service.requests.map(({ at }) => at);
      return [second - first, third - second] as const;
    };
    const [shortFirst, shortSecond] = await pauses(0);
    expect(shortFirst).toBeGreaterThan(24);
    expect(shortSecond).toBeGreaterThan(49);
    const [longFirst, longSecond] = await pauses(1);
    expect(longFirst).toBeGreaterThan(74);
    expect(longSecond).toBeGreaterThan(149);
  });
});

describe('what is not tried again', () => {
  it.each<[what: string, answer: Answer, name: string, message?: string]>([
    [
      'a lost condition',
      refusal('com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException'),
      'ConditionalCheckFailedException',
      'as the service says',
    ],
    [
      'a name without a namespace',
      refusal('ResourceNotFoundException'),
      'ResourceNotFoundException',
      'as the service says',
    ],
    [
      'a name with a URL behind it',
      refusal('AccessDeniedException:http://internal/'),
      'AccessDeniedException',
      'as the service says',
    ],
    [
      'a message in capitals',
      says(400, { __type: 'ValidationException', Message: 'no' }),
      'ValidationException',
      'no',
    ],
    ['an error without a name', says(400, {}), 'Http400'],
    ['a name that is no text', says(400, { __type: 7 }), 'Http400'],
    ['an error of objects', says(400, { __type: { toString: 1 }, message: { toString: 1 } }), 'Http400'],
    ['200 with a megabyte and more', says(200, { x: 'x'.repeat(1_000_000) }), 'UnreadableResponse'],
    ['a redirect', says(307, '<html>secret</html>'), 'Http307'],
    ['200 in HTML', says(200, '<html>secret</html>'), 'UnreadableResponse'],
    ['200 with a text', says(200, '"secret"'), 'UnreadableResponse'],
    ['200 with nothing', says(200, ''), 'UnreadableResponse'],
  ])(
    '%s: a fault at once, with no word of the response but the service’s own',
    async (_what, answer, name, message = '') => {
      service.state.otherwise = answer;
      expect(await faultOf(clientOf(service.url)())).toEqual({ name, message });
      expect(service.requests).toHaveLength(1);
    },
  );

  it('a request that nobody takes: the system’s name for it', async () => {
    const { url, close } = await startScriptedService();
    await close();
    expect(await faultOf(clientOf(url)())).toEqual({ name: 'ECONNREFUSED', message: '' });
  });
});

describe('a clock that is wrong', () => {
  const hour = 3_600_000;

  it.each([hour, -hour])('by %s ms is put right by the refusal, once for all calls', async (aheadMs) => {
    service.state.aheadMs = aheadMs;
    const call = clientOf(service.url);
    for (const sent of [2, 3, 4]) {
      await call();
      expect(service.requests).toHaveLength(sent);
    }
    expect(service.requests[0]?.key).toMatch(/five minutes/);
  });

  it('is put right for every call that it has refused, however many are under way', async () => {
    service.state.aheadMs = hour;
    const call = clientOf(service.url);
    await Promise.all(Array.from({ length: 5 }, () => call()));
    expect(service.requests).toHaveLength(10);
  });

  it('and right again is noticed in the same way', async () => {
    const call = clientOf(service.url);
    for (const [aheadMs, sent] of [
      [hour, 2],
      [0, 4],
      [0, 5],
    ] as const) {
      service.state.aheadMs = aheadMs;
      await call();
      expect(service.requests).toHaveLength(sent);
    }
  });

  it('is noticed by an answer that took the signature, before it is refused', async () => {
    const call = clientOf(service.url);
    service.state.aheadMs = 280_000;
    await call();
    service.state.aheadMs = 400_000;
    await call();
    expect(service.requests.map(({ key }) => key)).toEqual(['first-key', 'first-key']);
  });

  it.each([
    ['no Date', (response) => response.removeHeader('date')],
    ['a Date that is none', (response) => response.setHeader('date', 'yesterday')],
    ['a Date of no time', (response) => response.setHeader('date', '+275760-09-12T23:59:59.990Z')],
  ] satisfies Array<[string, Answer]>)('stays as it is after %s', async (_what, spoil) => {
    const call = clientOf(service.url);
    service.state.answers = [
      (response) => {
        spoil(response);
        response.sendDate = false;
        refusal('InvalidSignatureException')(response);
      },
    ];
    expect(await faultOf(call())).toMatchObject({ name: 'InvalidSignatureException' });
    await call();
    expect(service.requests.map(({ key }) => key)).toEqual(['first-key', 'first-key']);
  });

  it('is not what an answer shows that was held up while the instance was frozen', async () => {
    const call = clientOf(service.url);
    const now = Date.now.bind(Date);
    let frozenMs = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => now() + frozenMs);
    service.state.answers = [
      (response) => {
        ok(response);
        frozenMs = hour;
      },
    ];
    await call();
    await call();
    expect(service.requests.map(({ key }) => key)).toEqual(['first-key', 'first-key']);
  });
});
