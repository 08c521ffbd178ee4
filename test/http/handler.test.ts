import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHandler } from '../../lambda/http/handler.ts';
import { createVend } from '../../lambda/http/vend.ts';
import type { Audit, RequestOutcome } from '../../lambda/observability/audit.ts';
import type { Policy } from '../../lambda/policy/policy.ts';
import type { Token } from '../../lambda/tokens/token.ts';
import type { VendRequest, VendResult } from '../../lambda/tokens/tokens.ts';
import { Secret } from '../../lambda/values/secret.ts';

const policy: Policy = {
  clients: [
    {
      name: 'acme',
      baseUrl: 'https://connect.example',
      secretId: 's',
      scopeSeparator: ',',
      privateScopes: {},
    },
  ],
  grants: [
    {
      id: 'checkout',
      principals: [
        { partition: 'aws', account: '111122223333', kind: 'role', name: 'checkout-api', match: 'exact' },
      ],
      client: 'acme',
      grantType: 'client_credentials',
      scopes: ['connect:fulfillment'],
      unscoped: false,
      retailerIds: [],
      users: [],
      redirectUris: [],
    },
  ],
  keepWarm: [],
};

function tokenNow(): Token {
  const value = new Secret('canary-token');
  const now = Date.now();
  return {
    value,
    sha256: value.sha256(),
    scopes: ['connect:fulfillment'],
    expiresAt: now + 86_400_000,
    firstSeenAt: now,
    lifetime: 86_400_000,
    broughtBack: false,
  };
}

function handlerWith(vendToken: (request: VendRequest) => Promise<VendResult>) {
  const recorded: Array<{ audit: Audit; outcome: RequestOutcome }> = [];
  const bugs: unknown[] = [];
  const handler = createHandler({
    vend: createVend({ policy, vendToken }),
    recordRequest: (audit, outcome) => recorded.push({ audit, outcome }),
    logError: (error) => bugs.push(error),
    now: () => Date.now(),
    monotonic: () => performance.now(),
  });
  const invoke = (event: unknown, remaining = 27_000): Promise<APIGatewayProxyResult> => {
    const endsAt = performance.now() + remaining;
    const context = {
      awsRequestId: 'lambda-request',
      getRemainingTimeInMillis: () => endsAt - performance.now(),
    };
    return handler(event, context as Context as never) as Promise<APIGatewayProxyResult>;
  };
  return { invoke, recorded, bugs };
}

const vendsOne = async (): Promise<VendResult> => ({ kind: 'token', token: tokenNow(), level: 'memory' });

function eventOf(overrides: object = {}, requestTimeEpoch: unknown = Date.now()) {
  return {
    resource: '/{proxy+}',
    path: '/v2/oauth/token',
    pathParameters: { proxy: 'v2/oauth/token' },
    httpMethod: 'POST',
    headers: { 'Content-Type': 'application/json' },
    multiValueHeaders: { 'Content-Type': ['application/json'] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    body: '{"grant_type":"client_credentials"}',
    isBase64Encoded: false,
    requestContext: {
      requestId: 'gateway-request',
      requestTimeEpoch,
      identity: {
        userArn: 'arn:aws:sts::111122223333:assumed-role/checkout-api/session',
        accountId: '111122223333',
      },
    },
    ...overrides,
  };
}

function expectWellFormed(answer: APIGatewayProxyResult): void {
  expect(Number.isInteger(answer.statusCode)).toBe(true);
  expect(answer.headers).toMatchObject({
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
  });
  const body = JSON.parse(answer.body);
  if (answer.statusCode === 200) {
    expect(body).toMatchObject({ access_token: 'canary-token', token_type: 'Bearer' });
  } else {
    expect(Object.keys(body).sort()).toEqual(['error', 'error_description', 'request_id']);
    for (const value of Object.values(body)) expect(typeof value).toBe('string');
  }
}

const strange = fc.oneof(
  fc.constantFrom(
    null,
    undefined,
    '',
    'x',
    0,
    -1,
    Number.NaN,
    true,
    [],
    {},
    '__proto__',
    '{"a":1}',
    'null',
    '[]',
  ),
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
);

describe('the handler', () => {
  it('answers any event in well-formed JSON, records it once, and never throws', async () => {
    const { invoke, recorded, bugs } = handlerWith(vendsOne);
    const fields = [...Object.keys(eventOf()), 'requestContext.identity', 'requestContext.requestTimeEpoch'];
    const events = fc.oneof(
      strange,
      fc.object(),
      fc.tuple(fc.constantFrom(...fields), strange).map(([field, value]) => {
        const event = eventOf() as Record<string, unknown> & { requestContext: Record<string, unknown> };
        const [outer, inner] = field.split('.') as [string, string?];
        if (inner === undefined) event[outer] = value;
        else event.requestContext[inner] = value;
        return event;
      }),
      fc
        .record(
          {
            grant_type: fc.oneof(fc.constant('client_credentials'), strange),
            scope: strange,
            client_id: strange,
            min_ttl: strange,
            user_id: strange,
            assertion: strange,
          },
          { requiredKeys: [] },
        )
        .map((body) => eventOf({ body: JSON.stringify(body) })),
    );
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(events, async (event) => {
        expectWellFormed(await invoke(event));
        asked += 1;
        expect(recorded).toHaveLength(asked);
      }),
      { numRuns: 5_000 },
    );
    expect(bugs).toEqual([]);
    expect(recorded.some(({ outcome }) => outcome.error === undefined)).toBe(true);
  });

  it('answers 504 at the deadline of the gateway, even if a mint never ends', async () => {
    let stopped: AbortSignal | undefined;
    const { invoke, recorded } = handlerWith(({ signal }) => {
      stopped = signal;
      return new Promise(() => undefined);
    });
    const startedAt = performance.now();
    const answer = await invoke(eventOf({}, Date.now() - 24_500));
    expect(answer.statusCode).toBe(504);
    expectWellFormed(answer);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(stopped?.aborted).toBe(true);
    expect(recorded[0]?.outcome.error?.reason).toBe('out_of_time');
  });

  it('answers 504 a second before Lambda would end it, and at once where no time is left', async () => {
    const { invoke } = handlerWith(() => new Promise(() => undefined));
    expect((await invoke(eventOf(), 1_300)).statusCode).toBe(504);
    expect((await invoke(eventOf(), 10)).statusCode).toBe(504);
    expect((await invoke(eventOf({}, 0))).statusCode).toBe(504);
  });

  it('gains no time from a gateway clock that is ahead', async () => {
    const { invoke } = handlerWith(vendsOne);
    expect((await invoke(eventOf({}, Date.now() + 3_600_000))).statusCode).toBe(200);
  });

  it('answers an opaque 500 for a bug, and logs it', async () => {
    const { invoke, bugs, recorded } = handlerWith(async () => {
      throw new TypeError('canary-detail');
    });
    const answer = await invoke(eventOf());
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('canary');
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'server_error', request_id: 'gateway-request' });
    expect(String(bugs[0])).toContain('canary-detail');
    expect(recorded[0]?.outcome.error?.reason).toBe('bug');
  });

  it('answers nobody but API Gateway', async () => {
    const { invoke } = handlerWith(vendsOne);
    for (const event of [
      {},
      null,
      'warm',
      { version: '0', source: 'aws.scheduler', detail: {} },
      { requestContext: { elb: {} } },
    ]) {
      const answer = await invoke(event);
      expect(answer.statusCode).toBe(400);
      expect(JSON.parse(answer.body).request_id).toBe('lambda-request');
    }
  });
});
