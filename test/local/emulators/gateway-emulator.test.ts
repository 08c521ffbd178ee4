import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resourcePolicy, type Statement } from '../../../infra/api/resource-policy.ts';
import { mayInvoke } from './authorisation.ts';
import { caller, eventOf, startEchoGateway, user, withSession } from './echo-gateway.ts';
import type { Gateway } from './gateway-emulator.ts';
import { signedFetch } from './signed-client.ts';

const get = { method: 'GET', headers: {}, body: '' };
const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };

describe('the proxy event', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startEchoGateway();
  });
  afterAll(() => gateway.close());

  const ask = async (target: string, init = get, as = caller) =>
    eventOf(await signedFetch(gateway.url + target, init, as));

  it('has the path as the proxy parameter, but at the root', async () => {
    const [root, deep] = [await ask('/'), await ask('/v2/oauth/token')];
    expect([root.resource, root.path, root.pathParameters]).toEqual(['/', '/', null]);
    expect([deep.resource, deep.path]).toEqual(['/{proxy+}', '/v2/oauth/token']);
    expect(deep.pathParameters).toEqual({ proxy: 'v2/oauth/token' });
  });

  it('has the query decoded, the last value and all of them', async () => {
    const event = await ask('/?a=1&a=2&b=%C3%A9%20');
    expect(event.queryStringParameters).toEqual({ a: '2', b: 'é ' });
    expect(event.multiValueQueryStringParameters).toEqual({ a: ['1', '2'], b: ['é '] });
    expect((await ask('/')).queryStringParameters).toBeNull();
  });

  it('has headers as the caller wrote them', async () => {
    const event = await ask('/', { ...get, headers: { 'X-Retailer-Id': 'the-garden' } });
    expect(Object.entries(event.headers)).toContainEqual(['X-Retailer-Id', 'the-garden']);
    expect(event.multiValueHeaders['X-Retailer-Id']).toEqual(['the-garden']);
  });

  it('has the body as text, and null for none', async () => {
    expect([(await ask('/', post)).body, (await ask('/')).body]).toEqual(['{"a":1}', null]);
    expect((await ask('/', post)).isBase64Encoded).toBe(false);
  });

  it('names a role by its session and without its path, a user with its path', async () => {
    const ofRole = (await ask('/')).requestContext.identity;
    expect(ofRole.userArn).toBe('arn:aws:sts::111122223333:assumed-role/checkout-api/session-1');
    expect(ofRole.accountId).toBe('111122223333');
    const ofUser = (await ask('/', get, user)).requestContext.identity;
    expect(ofUser.userArn).toBe('arn:aws:iam::111122223333:user/ops/ci');
    expect((await ask('/', get, withSession)).requestContext.identity.accessKey).toBe('example-session');
  });

  it('takes the time and an id of its own, which the answer carries too', async () => {
    const response = await signedFetch(gateway.url, get, caller);
    const { requestContext } = await eventOf(response);
    expect(requestContext.requestId).toBe(response.headers.get('x-amzn-requestid'));
    expect(Math.abs(requestContext.requestTimeEpoch - Date.now())).toBeLessThan(5_000);
  });
});

describe('the gateway answers by itself', () => {
  const answerOf = async (invoke: () => Promise<unknown>, prepare?: (gateway: Gateway) => void) => {
    const gateway = await startEchoGateway(invoke);
    prepare?.(gateway);
    const response = await signedFetch(gateway.url, post, caller);
    const body = (await response.json()) as Record<string, unknown>;
    await gateway.close();
    return { status: response.status, error: body['error'], headers: response.headers };
  };
  const fine = async () => ({ statusCode: 200, body: '{}' });

  it.each<[string, () => Promise<unknown>]>([
    ['fails', () => Promise.reject(new Error('boom'))],
    ['answers nothing', async () => undefined],
    ['answers no status', async () => ({ body: '{}' })],
    ['answers a body that is no text', async () => ({ statusCode: 200, body: {} })],
  ])('503 where the function %s', async (_what, invoke) => {
    const { status, error, headers } = await answerOf(invoke);
    expect([status, error]).toEqual([503, 'temporarily_unavailable']);
    expect([headers.get('cache-control'), headers.get('retry-after')]).toEqual(['no-store', '1']);
  });

  it('429 where it is throttled', async () => {
    const throttle = ({ state }: Gateway) => {
      state.throttled = true;
    };
    expect(await answerOf(fine, throttle)).toMatchObject({ status: 429, error: 'slow_down' });
  });

  const mebibyte = 1024 * 1024;
  it.each([
    ['that Lambda takes', 6 * mebibyte - 10_000, 200, '{}'],
    ['over 6 MB, which Lambda does not take', 6 * mebibyte, 413, '{"message":"Request Too Long"}'],
    ['of 10 MB', 10 * mebibyte, 413, '{"message":"Request Too Long"}'],
    ['over 10 MB', 10 * mebibyte + 1, 413, 'HTTP content length exceeded 10485760 bytes.'],
  ])('a body %s as AWS does', async (_what, bytes, status, text) => {
    const gateway = await startEchoGateway(fine);
    const response = await signedFetch(gateway.url, { ...post, body: 'x'.repeat(bytes) }, caller);
    expect([response.status, await response.text()]).toEqual([status, text]);
    await gateway.close();
  });

  it('a body over 10 MB before it looks at the signature, and one over 6 MB afterwards', async () => {
    const gateway = await startEchoGateway(fine);
    const statusOf = async (bytes: number) =>
      (await fetch(gateway.url, { method: 'POST', body: 'x'.repeat(bytes) })).status;
    expect([await statusOf(10 * mebibyte + 1), await statusOf(7 * mebibyte)]).toEqual([413, 403]);
    await gateway.close();
  });

  it('in spite of a path that is no encoding of anything', async () => {
    const gateway = await startEchoGateway(fine);
    expect((await signedFetch(`${gateway.url}/%zz`, get, caller)).status).toBeGreaterThanOrEqual(200);
    await gateway.close();
  });
});

const own = '111122223333';
const other = '444455556666';
const role = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;
const statement = (Effect: 'Allow' | 'Deny'): Statement => ({
  Sid: Effect,
  Effect,
  Principal: { AWS: '*' },
  Action: 'execute-api:Invoke',
  Resource: 'execute-api:/*',
  Condition: {},
});

describe('who is let in', () => {
  const anyone = statement('Allow');
  const nobody = statement('Deny');

  it.each<[string, boolean, Statement[], boolean]>([
    [own, true, [anyone], true],
    [own, true, [], true],
    [own, false, [anyone], true],
    [own, false, [], false],
    [own, true, [nobody], false],
    [own, true, [anyone, nobody], false],
    [own, false, [nobody], false],
    [other, true, [anyone], true],
    [other, true, [], false],
    [other, false, [anyone], false],
    [other, false, [], false],
    [other, true, [anyone, nobody], false],
  ])(
    'of account %s, allowed by an identity policy: %s, under %j: %s',
    (account, allows, statements, expected) => {
      const who = { ...caller, principalArn: role(account, 'any'), identityPolicyAllows: allows };
      expect(mayInvoke(statements, who)).toBe(expected);
    },
  );

  const { document } = resourcePolicy([
    role(own, 'apps/checkout-api'),
    role(own, 'catalogue-*'),
    role(other, 'partner'),
    `arn:aws:iam::${own}:user/ci`,
  ]);

  it.each([
    [role(own, 'apps/checkout-api'), true],
    [role(own, 'checkout-api'), false],
    [role(own, 'other/checkout-api'), false],
    [role(own, 'apps/Checkout-Api'), false],
    [role(own, 'apps/checkout-api-2'), false],
    [role(own, 'catalogue-import'), true],
    [role(own, 'teams/data/catalogue-import'), true],
    [role(own, 'catalogue'), false],
    [role(other, 'partner'), true],
    [role(other, 'deep/partner'), true],
    [role(other, 'catalogue-import'), false],
    [role('999988887777', 'partner'), false],
    [`arn:aws:iam::${own}:user/ci`, true],
    [`arn:aws:iam::${own}:user/ops/ci`, true],
    [role(own, 'ci'), false],
    [`arn:aws-cn:iam::${own}:user/ci`, false],
  ])('by the resource policy that the stack deploys, %s: %s', (principalArn, expected) => {
    const who = { ...caller, principalArn, identityPolicyAllows: true };
    expect(mayInvoke(document.Statement, who)).toBe(expected);
  });

  it('by the resource policy, callers of the own account need no other, and those of another account do', () => {
    const isAllowed = (principalArn: string) => mayInvoke(document.Statement, { ...caller, principalArn });
    expect(isAllowed(role(own, 'apps/checkout-api'))).toBe(true);
    expect(isAllowed(role(other, 'partner'))).toBe(false);
  });
});
