import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awsError } from '../local/emulators/aws-service.ts';
import { startConnect } from '../local/emulators/connect-emulator.ts';
import type { Fault } from '../local/emulators/faults.ts';
import { canary } from '../support/canary.ts';
import { createWorld, type World } from '../support/world.ts';

type Row = {
  connect?: Fault;
  secrets?: Fault;
  /** What to do before: to the secret, to the application. */
  arrange?: (world: World) => void;
  client?: string;
  status: number;
  /** Token requests that Connect must have seen. */
  sent: number | [number, number];
};

const answers = (
  status: number,
  body: object | string = {},
  headers: Record<string, string> = {},
): Fault => ({ kind: 'answer', status, body, headers });
const oauthError = (status: number, error: string): Fault =>
  answers(status, { error, error_description: `about ${canary}` });
const altered = (fields: Record<string, unknown>): Fault => ({ kind: 'altered', fields });
const retried: [number, number] = [2, 4];

/** Faults that stay until the test ends, and what a caller with nothing in memory is told. */
const faults: Array<[string, Row]> = [
  ['Connect answers 500', { connect: answers(500), status: 503, sent: retried }],
  [
    'Connect answers 503 in HTML',
    {
      connect: answers(503, `<html>${canary}</html>`, { 'content-type': 'text/html' }),
      status: 503,
      sent: retried,
    },
  ],
  ['Connect answers 408', { connect: answers(408), status: 503, sent: retried }],
  ['Connect throttles', { connect: answers(429), status: 503, sent: retried }],
  [
    'Connect throttles and says for how long',
    { connect: answers(429, {}, { 'retry-after': '30' }), status: 503, sent: 1 },
  ],
  [
    'Connect answers 503 with an OAuth error',
    { connect: oauthError(503, 'invalid_client'), status: 503, sent: retried },
  ],
  ['the connection is reset unread', { connect: { kind: 'resetUnread' }, status: 503, sent: retried }],
  ['the connection is reset after the request', { connect: { kind: 'reset' }, status: 503, sent: retried }],
  ['the answer is cut short', { connect: { kind: 'truncated' }, status: 503, sent: retried }],
  [
    'Connect does not know the pair',
    {
      arrange: ({ acme }) => {
        acme.disabled = true;
      },
      status: 502,
      sent: [1, 2],
    },
  ],
  ['Connect answers 401 without a body', { connect: answers(401, ''), status: 502, sent: [1, 2] }],
  [
    'Connect takes the credentials for leaked',
    { connect: oauthError(403, 'query_params_forbidden'), status: 502, sent: 1 },
  ],
  [
    'Connect withholds the scope',
    {
      arrange: ({ acme }) => {
        acme.withheld = ['connect:fulfillment'];
      },
      status: 502,
      sent: 1,
    },
  ],
  [
    'Connect refuses the application',
    { connect: oauthError(403, 'unauthorized_client'), status: 502, sent: 1 },
  ],
  [
    'Connect refuses in its other shape',
    {
      connect: answers(401, { error: { message: canary, code: 'invalid_client' }, meta: { key: 'k' } }),
      status: 502,
      sent: [1, 2],
    },
  ],
  [
    'Connect refuses without a code',
    {
      connect: answers(400, { error: { message: canary, code: null }, meta: { key: 'k' } }),
      status: 502,
      sent: 1,
    },
  ],
  ['Connect answers 404', { connect: answers(404, 'not found'), status: 502, sent: 1 }],
  ['Connect answers 204', { connect: answers(204, ''), status: 502, sent: 1 }],
  ['200 is HTML', { connect: answers(200, `<html>${canary}</html>`), status: 502, sent: 1 }],
  ['200 is a list', { connect: answers(200, '[]'), status: 502, sent: 1 }],
  ['200 is empty', { connect: answers(200, ''), status: 502, sent: 1 }],
  ['200 is an error', { connect: oauthError(200, 'invalid_client'), status: 502, sent: 1 }],
  ['200 has more than 64 kB', { connect: { kind: 'huge', bytes: 70_000 }, status: 502, sent: 1 }],
  [
    '200 is a gzip bomb of 50 MB',
    { connect: { kind: 'huge', bytes: 50_000_000, gzip: true }, status: 502, sent: 1 },
  ],
  ['the token is missing', { connect: altered({ access_token: undefined }), status: 502, sent: 1 }],
  ['the token is empty', { connect: altered({ access_token: '' }), status: 502, sent: 1 }],
  ['the token is a number', { connect: altered({ access_token: 7 }), status: 502, sent: 1 }],
  [
    'the token has a line end',
    { connect: altered({ access_token: 'a\r\nSet-Cookie: b' }), status: 502, sent: 1 },
  ],
  ['the token type is another', { connect: altered({ token_type: 'mac' }), status: 502, sent: 1 }],
  ['the lifetime is missing', { connect: altered({ expires_in: undefined }), status: 502, sent: 1 }],
  ['the lifetime is text', { connect: altered({ expires_in: '86400' }), status: 502, sent: 1 }],
  ['the lifetime is zero', { connect: altered({ expires_in: 0 }), status: 502, sent: 1 }],
  ['the lifetime is negative', { connect: altered({ expires_in: -5 }), status: 502, sent: 1 }],
  ['the lifetime is a century', { connect: altered({ expires_in: 3_153_600_000 }), status: 502, sent: 1 }],
  [
    'the scope is wider',
    { connect: altered({ scope: 'connect:fulfillment connect:ian' }), status: 502, sent: 1 },
  ],
  ['the scope is another', { connect: altered({ scope: 'connect:ian' }), status: 502, sent: 1 }],
  ['the scope is a list', { connect: altered({ scope: ['connect:fulfillment'] }), status: 502, sent: 1 }],
  [
    'the secret is missing',
    { arrange: ({ secretsManager }) => secretsManager.remove('connect/acme'), status: 500, sent: 0 },
  ],
  [
    'the secret is no JSON',
    { arrange: ({ secretsManager }) => secretsManager.put('connect/acme', canary), status: 500, sent: 0 },
  ],
  ['the secret is half filled in', { client: 'unset', status: 500, sent: 0 }],
  [
    'the secret ends in a line end',
    {
      arrange: ({ secretsManager }) =>
        secretsManager.put('connect/acme', JSON.stringify({ client_id: 'a', client_secret: `${canary}\n` })),
      status: 500,
      sent: 0,
    },
  ],
  ['the secret may not be read', { secrets: awsError('AccessDeniedException'), status: 500, sent: 0 }],
  ['the secret cannot be decrypted', { secrets: awsError('DecryptionFailure'), status: 500, sent: 0 }],
  ['the secret is being deleted', { secrets: awsError('InvalidRequestException'), status: 500, sent: 0 }],
  ['Secrets Manager throttles', { secrets: awsError('ThrottlingException'), status: 503, sent: 0 }],
  ['Secrets Manager fails', { secrets: awsError('InternalServiceError', 500), status: 503, sent: 0 }],
  ['Secrets Manager resets the connection', { secrets: { kind: 'reset' }, status: 503, sent: 0 }],
  ['Secrets Manager answers nonsense', { secrets: answers(200, '<html>'), status: 503, sent: 0 }],
  [
    'the function’s own credentials are refused',
    { secrets: awsError('UnrecognizedClientException'), status: 503, sent: 0 },
  ],
];

const callback = 'https://shop.example/instacart/callback';

/** One-time codes: what leaves the fate of the code open is never tried again, and says so. */
const codeFaults: Array<[string, Row]> = [
  ['Connect throttles', { connect: answers(429), status: 503, sent: 1 }],
  ['Connect answers 500', { connect: answers(500), status: 504, sent: 1 }],
  ['Connect answers 408', { connect: answers(408), status: 504, sent: 1 }],
  ['the connection is reset', { connect: { kind: 'reset' }, status: 504, sent: 1 }],
  ['the code was used, and the connection reset', { connect: { kind: 'resetDone' }, status: 504, sent: 1 }],
  ['the answer is cut short', { connect: { kind: 'truncated' }, status: 504, sent: 1 }],
  ['the answer is no token', { connect: altered({ expires_in: 0 }), status: 502, sent: 1 }],
  ['Secrets Manager throttles', { secrets: awsError('ThrottlingException'), status: 503, sent: 0 }],
];

/** What each status says; 502 and 500 share a code. */
const errors: Record<number, string> = {
  500: 'server_error',
  502: 'server_error',
  503: 'temporarily_unavailable',
  504: 'temporarily_unavailable',
};

async function expectRefused(
  world: World,
  row: Row,
  ask: () => Promise<{ status: number; body: Record<string, unknown>; headers: Headers; text: string }>,
) {
  row.arrange?.(world);
  world.connect.always(row.connect);
  world.secretsManager.always(row.secrets);
  const answer = await ask();
  expect([answer.status, answer.body['error']], answer.text).toEqual([row.status, errors[row.status]]);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('retry-after') !== null).toBe(row.status === 503);
  const [least, most] = Array.isArray(row.sent) ? row.sent : [row.sent, row.sent];
  expect(world.connect.requests.length).toBeGreaterThanOrEqual(least);
  expect(world.connect.requests.length).toBeLessThanOrEqual(most);
  for (const secret of ['canary', ...world.connect.tokens.keys()]) {
    expect(answer.text).not.toContain(secret);
    expect(world.lines.join('\n')).not.toContain(secret);
  }
}

describe.each(['bundle', 'source'] as const)('faults, at the %s', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(kind);
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    await world.forget();
    world.connect.always();
    world.secretsManager.always();
    world.connect.requests.length = 0;
    world.acme.disabled = false;
    world.acme.withheld = [];
    world.secretsManager.remove('connect/acme');
    world.secretsManager.put('connect/acme', world.pair(world.acme));
  });

  it.each(faults)('%s', async (_what, row) => {
    await expectRefused(world, row, () =>
      row.client === undefined
        ? world.ask('checkout', {})
        : world.ask('backOffice', { client_id: row.client }),
    );
  });

  it.each(codeFaults)('with a one-time code: %s', async (_what, row) => {
    const code = world.connect.issueCode(callback);
    await expectRefused(world, row, () =>
      world.ask('linker', { grant_type: 'authorization_code', code, redirect_uri: callback }),
    );
  });

  it('a redirect is not followed: the secret goes nowhere else', async () => {
    const elsewhere = await startConnect({ applications: [] });
    world.connect.always({
      kind: 'answer',
      status: 307,
      headers: { location: `${elsewhere.url}/v2/oauth/token` },
    });
    expect((await world.ask('checkout', {})).status).toBe(502);
    expect(elsewhere.requests).toEqual([]);
    expect(world.connect.requests).toHaveLength(1);
    await elsewhere.close();
  });

  it('one fault in passing is not noticed: it is tried again', async () => {
    for (const fault of [
      answers(500),
      answers(429),
      answers(429, {}, { 'retry-after': '1' }),
      { kind: 'reset' },
      { kind: 'slow', milliseconds: 300 },
    ] as Fault[]) {
      await world.forget();
      world.connect.next(fault);
      expect((await world.ask('checkout', {})).status).toBe(200);
    }
    await world.forget();
    world.secretsManager.next(awsError('ThrottlingException'));
    expect((await world.ask('checkout', {})).status).toBe(200);
  });

  it('after a failure the next request is held back, and told for how long; then all is well again', async () => {
    world.connect.always(answers(500));
    await world.ask('checkout', {});
    const sent = world.connect.requests.length;
    const held = await world.ask('backOffice', { scope: 'connect:ian' });
    expect([held.status, held.headers.get('retry-after')]).toEqual([503, '1']);
    expect(world.connect.requests).toHaveLength(sent);
    world.connect.always();
    await sleep(1_050);
    expect((await world.ask('checkout', {})).status).toBe(200);
  });

  it('Connect’s own Retry-After is kept, and passed on', async () => {
    world.connect.always(answers(429, {}, { 'retry-after': '30' }));
    expect((await world.ask('checkout', {})).headers.get('retry-after')).toBe('30');
    const again = await world.ask('checkout', {});
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(25);
    expect(world.connect.requests).toHaveLength(1);
  });

  it('one code whose fate is unknown is nobody else’s affair', async () => {
    world.connect.next({ kind: 'reset' });
    const linking = { grant_type: 'authorization_code', redirect_uri: callback };
    const lost = await world.ask('linker', { ...linking, code: world.connect.issueCode(callback) });
    expect(lost.status).toBe(504);
    const fresh = await world.ask('linker', { ...linking, code: world.connect.issueCode(callback) });
    expect([fresh.status, fresh.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await world.ask('checkout', {})).status).toBe(503);
  });

  it('a refusal of one token proves Connect to be well: others are held back no longer', async () => {
    world.connect.always(answers(500));
    await world.ask('checkout', {});
    world.connect.always();
    await sleep(1_050);
    const bad = await world.ask('linker', {
      grant_type: 'authorization_code',
      redirect_uri: callback,
      code: 'none',
    });
    expect(bad.body['error']).toBe('invalid_grant');
    expect((await world.ask('checkout', {})).status).toBe(200);
  });

  it('a code is not thrown away for a min_ttl that its token cannot meet', async () => {
    world.connect.state.lifetime = 3_600;
    const code = world.connect.issueCode(callback);
    const answer = await world.ask('linker', {
      grant_type: 'authorization_code',
      redirect_uri: callback,
      code,
      min_ttl: 7_200,
    });
    world.connect.state.lifetime = 86_400;
    expect(answer.status).toBe(200);
  });

  it('a code goes up once where a 401 does not say that it is about the client', async () => {
    world.connect.always(answers(401, '<html>'));
    const code = world.connect.issueCode(callback);
    const answer = await world.ask('linker', {
      grant_type: 'authorization_code',
      redirect_uri: callback,
      code,
    });
    expect(answer.status).toBe(502);
    expect(world.connect.requests).toHaveLength(1);
  });

  it('a retailer’s assertion that Connect refuses, or whose token is too short, is not tried at every request', async () => {
    const fields = {
      grant_type: 'urn:ietf:params:oauth:grant-type:retailer-json-bearer',
      scope: 'connect:recommendations',
    };
    for (let i = 0; i < 5; i++) await world.ask('storefront', { ...fields, assertion: 'unknown' });
    expect(world.connect.requests).toHaveLength(1);
    world.connect.state.retailerAssertions.add('known');
    world.connect.state.lifetime = 60;
    for (let i = 0; i < 5; i++)
      await world.ask('storefront', { ...fields, assertion: 'known', min_ttl: 7_200 });
    expect(world.connect.requests).toHaveLength(2);
    world.connect.state.lifetime = 86_400;
  });

  it('a request that is out of time begins nothing, and one that runs out of it holds nobody back', async () => {
    const code = world.connect.issueCode(callback);
    const linking = { grant_type: 'authorization_code', redirect_uri: callback, code };
    const late = { ...world.eventFor('linker', linking) } as { requestContext: { requestTimeEpoch: number } };
    late.requestContext.requestTimeEpoch = Date.now() - 26_000;
    expect(((await world.invoke(late)) as { statusCode: number }).statusCode).toBe(504);
    expect(world.connect.requests).toEqual([]);
    world.connect.next({ kind: 'slow', milliseconds: 400 });
    late.requestContext.requestTimeEpoch = Date.now() - 24_800;
    expect(((await world.invoke(late)) as { statusCode: number }).statusCode).toBe(504);
    expect((await world.ask('checkout', {})).status).toBe(200);
  });

  it('nothing of a secret that the SDK could not parse is in the log', async () => {
    world.secretsManager.always(answers(200, `{"SecretString": ${canary}}`));
    expect((await world.ask('checkout', {})).status).toBe(503);
    expect(world.lines.join('\n')).not.toContain(canary.slice(0, 6));
  });

  it('whoever sends a secret or a malformed request is in the audit line', async () => {
    const answer = await world.ask('checkout', { client_secret: canary });
    expect(await world.auditOf(answer)).toMatchObject({
      caller: 'arn:aws:sts::111122223333:assumed-role/checkout-api/local-session',
      account: '111122223333',
      decision: 'deny',
      reason: 'credential_in_body',
    });
  });

  it('a min_ttl that no token can meet is 503 with the time it lives; a token of thirty seconds is vended', async () => {
    world.connect.state.lifetime = 30;
    const short = await world.ask('checkout', { min_ttl: 60 });
    expect([short.status, short.body['error']]).toEqual([503, 'temporarily_unavailable']);
    expect(Number(short.headers.get('retry-after'))).toBeGreaterThan(25);
    expect((await world.ask('checkout', { min_ttl: 20 })).status).toBe(200);
    expect(world.connect.requests).toHaveLength(1);
    world.connect.state.lifetime = 86_400;
  });

  describe('rotation', () => {
    const rotated = { clientId: `new-id-${canary}`, clientSecret: `new-secret-${canary}` };

    it('a new pair is read as soon as Connect refuses the old one', async () => {
      await world.ask('checkout', {});
      world.acme.disabled = true;
      world.connect.applications.push(rotated);
      world.secretsManager.put('connect/acme', world.pair(rotated));
      const answer = await world.ask('backOffice', { scope: 'connect:ian' });
      expect(answer.status).toBe(200);
      expect(world.connect.requests.map(({ fields }) => fields['client_id'])).toEqual([
        world.acme.clientId,
        world.acme.clientId,
        rotated.clientId,
      ]);
      expect(await world.auditOf(answer)).toMatchObject({ refused_credentials: 1, mint: 'token' });
    });

    it('a wrong new pair does no harm while the previous one works, and raises the alarm’s metric', async () => {
      world.secretsManager.put('connect/acme', world.pair({ clientId: 'mistyped', clientSecret: canary }));
      expect((await world.ask('checkout', {})).status).toBe(200);
      expect(world.metrics()).toContainEqual({
        name: 'CredentialsRefused',
        value: 1,
        unit: 'Count',
        dimensions: { service: 'connect-token-vending-local' },
      });
      const before = world.secretsManager.reads.length;
      expect((await world.ask('backOffice', { scope: 'connect:ian' })).status).toBe(200);
      expect(world.secretsManager.reads).toHaveLength(before);
    });

    it('the stack’s placeholder as the previous version counts as none', async () => {
      world.secretsManager.remove('connect/acme');
      world.secretsManager.put('connect/acme', JSON.stringify({ client_id: '', client_secret: canary }));
      world.secretsManager.put('connect/acme', world.pair({ clientId: 'wrong', clientSecret: canary }));
      const answer = await world.ask('checkout', {});
      expect([answer.status, answer.body['error']]).toEqual([502, 'server_error']);
      expect(world.connect.requests).toHaveLength(1);
    });
  });
});

describe.concurrent('slow upstreams', () => {
  const slow: Array<[string, Row, number]> = [
    ['Connect never answers', { connect: { kind: 'hang' }, status: 503, sent: retried }, 13_000],
    ['Connect stalls in its answer', { connect: { kind: 'stall' }, status: 503, sent: retried }, 13_000],
    ['Secrets Manager never answers', { secrets: { kind: 'hang' }, status: 503, sent: 0 }, 13_000],
  ];

  it.each(slow)('%s: 503 within the time of a mint', async (_what, row, within) => {
    const world = await createWorld('bundle');
    const startedAt = performance.now();
    await expectRefused(world, row, () => world.ask('checkout', {}));
    expect(performance.now() - startedAt).toBeLessThan(within);
    await world.close();
  });

  it('Connect never answers a one-time code: 504 after one attempt', async () => {
    const world = await createWorld('bundle');
    const code = world.connect.issueCode(callback);
    await expectRefused(world, { connect: { kind: 'hang' }, status: 504, sent: 1 }, () =>
      world.ask('linker', { grant_type: 'authorization_code', code, redirect_uri: callback }),
    );
    await world.close();
  });

  it('Connect cannot be reached at all: a code is not used up, and may be sent again', async () => {
    const world = await createWorld('bundle');
    await world.connect.close();
    const answer = await world.ask('linker', {
      grant_type: 'authorization_code',
      code: canary,
      redirect_uri: callback,
    });
    expect(answer.status).toBe(503);
    await world.close();
  });
});
