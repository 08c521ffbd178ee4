import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signedHeaders } from '../local/emulators/signed-client.ts';
import { canary } from '../support/canary.ts';
import { type Answer, answerOf, callers, createWorld, type World } from '../support/world.ts';
import { hostileIdentities, hostileRequests } from './hostile.ts';

const json = { 'content-type': 'application/json' };
const good = '{"grant_type":"client_credentials","client_id":"acme"}';

/** The shape that every error has, whoever answered it. */
function expectError(
  { status, headers, body, text }: Answer,
  expected: { status: number; error: string },
): void {
  expect([status, body['error']]).toEqual([expected.status, expected.error]);
  expect(Object.keys(body)).toEqual(['error', 'error_description', 'request_id']);
  expect(body['request_id']).toBe(headers.get('x-amzn-requestid'));
  expect(headers.get('content-type')).toBe('application/json');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('pragma')).toBe('no-cache');
  expect(text).not.toContain('canary');
  expect(String(body['error_description'])).not.toMatch(/arn:|secretsmanager|\bat .*:\d+/);
}

describe.each(['bundle', 'source'] as const)('hostile callers, at the %s', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(kind);
  });
  beforeEach(() => world.forget());
  afterAll(() => world.close());

  it.each(hostileRequests)(
    '%s',
    async (_what, {
      as = 'checkout' as const,
      method = 'POST',
      path = '/v2/oauth/token',
      headers = json,
      body = good,
      status,
      error,
    }) => {
      const all = { ...json, ...headers };
      const answer = await world.send(as, path, {
        method,
        headers: all['content-type'] === '' ? {} : all,
        body,
      });
      expectError(answer, { status, error });
      if (status === 405) expect(answer.headers.get('allow')).toBe('POST');
      expect(await world.auditOf(answer)).toMatchObject({ decision: 'deny', status, error });
    },
  );

  it.each(hostileIdentities)('%s is nobody', async (_who, identity) => {
    const result = (await world.invoke({
      path: '/v2/oauth/token',
      httpMethod: 'POST',
      headers: json,
      body: good,
      requestContext: { requestId: 'r', requestTimeEpoch: Date.now(), identity },
    })) as { statusCode: number; body: string };
    // What API Gateway never sends is none of its events; whoever signed is nobody, or is granted nothing.
    const { userArn = null, accountId = null } = identity;
    const isText = [userArn, accountId].every((part) => part === null || typeof part === 'string');
    expect([result.statusCode, JSON.parse(result.body).error]).toEqual(
      isText ? [403, 'unauthorized_client'] : [400, 'invalid_request'],
    );
  });

  it('sent nothing to Connect or Secrets Manager, and printed nothing secret', () => {
    expect(world.connect.requests).toEqual([]);
    expect(world.secretsManager.reads).toEqual([]);
    expect(world.lines.join('\n')).not.toContain('canary');
  });
});

describe('the gateway', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('bundle');
  });
  afterAll(() => world.close());
  const init = { method: 'POST', headers: json, body: good };
  const raw = async (headers: Record<string, string>, body = good) =>
    answerOf(await fetch(world.url, { method: 'POST', headers, body }));

  it('refuses an unsigned request', async () => {
    expectError(await raw(json), { status: 403, error: 'invalid_client' });
  });

  it('refuses a signature by a wrong secret, of an unknown key, or without the session token', async () => {
    const { checkout, session } = callers;
    const keys = [
      { ...checkout, secretAccessKey: 'wrong' },
      { ...checkout, accessKeyId: 'unknown' },
      { ...session, sessionToken: 'another' },
      { accessKeyId: session.accessKeyId, secretAccessKey: session.secretAccessKey },
    ];
    for (const key of keys) {
      expectError(await raw(await signedHeaders(world.url, init, key)), {
        status: 403,
        error: 'invalid_client',
      });
    }
  });

  it('refuses a body that was changed after signing, and a header that was', async () => {
    const headers = await signedHeaders(world.url, init, callers.checkout);
    expectError(await raw(headers, good.replace('acme', 'beta')), { status: 403, error: 'invalid_client' });
    const retailer = await signedHeaders(
      world.url,
      { ...init, headers: { ...json, 'x-retailer-id': 'the-garden' } },
      callers.checkout,
    );
    expectError(await raw({ ...retailer, 'x-retailer-id': 'other' }), {
      status: 403,
      error: 'invalid_client',
    });
  });

  it('refuses a signature more than five minutes old, or that far ahead', async () => {
    for (const minutes of [-6, 6]) {
      const date = new Date(Date.now() + minutes * 60_000);
      expectError(await raw(await signedHeaders(world.url, init, callers.checkout, { signingDate: date })), {
        status: 403,
        error: 'invalid_client',
      });
    }
    const recent = await signedHeaders(world.url, init, callers.checkout, {
      signingDate: new Date(Date.now() - 4 * 60_000),
    });
    expect((await raw(recent)).status).toBe(200);
  });

  it.each(['stranger', 'outsider', 'partnerAlone'] as const)(
    'keeps out %s, whom the resource policy does not let in',
    async (as) => {
      expectError(await world.ask(as, {}), { status: 403, error: 'invalid_client' });
    },
  );

  it('answers 429 when it throttles', async () => {
    world.gateway.state.throttled = true;
    const answer = await world.ask('checkout', {});
    world.gateway.state.throttled = false;
    expectError(answer, { status: 429, error: 'slow_down' });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('answers 413 for what the function would never see', async () => {
    expectError(await world.send('checkout', '/v2/oauth/token', { ...init, body: 'x'.repeat(11_000_000) }), {
      status: 413,
      error: 'invalid_request',
    });
  });

  it('answers 503 where the function is throttled, fails, or answers nonsense', async () => {
    for (const invoke of [
      () => Promise.reject(new Error(canary)),
      async () => ({ canary }),
      async () => undefined,
    ]) {
      world.state.invoke = invoke;
      const answer = await world.ask('checkout', {});
      expectError(answer, { status: 503, error: 'temporarily_unavailable' });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    world.state.invoke = undefined;
  });
});
