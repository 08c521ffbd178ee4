import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedHeaders } from '../local/emulators/signed-client.ts';
import { answerOf, expectError } from '../support/answer.ts';
import { canary } from '../support/canary.ts';
import { ask, askByForm } from '../support/good-requests.ts';
import { callers, createWorld, type World } from '../support/world.ts';

const { as: _, path: __, ...good } = ask();
const refused = { status: 403, error: 'invalid_client' } as const;

describe('the gateway', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('bundle');
  });
  afterAll(() => world.close());

  const sendAsIs = async (headers: Record<string, string>, body = good.body) =>
    answerOf(await fetch(world.url, { method: 'POST', headers, body }));

  it('lets the good request in', async () => {
    const answer = await sendAsIs(await signedHeaders(world.url, good, callers.checkout));
    expect(answer.status).toBe(200);
  });

  it('refuses an unsigned request', async () => {
    expectError(await sendAsIs(good.headers), refused);
  });

  const { checkout, session } = callers;
  it.each([
    ['by a wrong secret', { ...checkout, secretAccessKey: 'wrong' }],
    ['of an unknown key', { ...checkout, accessKeyId: 'unknown' }],
    ['with another session’s token', { ...session, sessionToken: 'another' }],
    [
      'without its session token',
      { accessKeyId: session.accessKeyId, secretAccessKey: session.secretAccessKey },
    ],
  ])('refuses a signature %s', async (_what, key) => {
    expectError(await sendAsIs(await signedHeaders(world.url, good, key)), refused);
  });

  it('refuses a signature for another service', async () => {
    const headers = await signedHeaders(world.url, good, checkout, { service: 'lambda' });
    expectError(await sendAsIs(headers), refused);
  });

  it('refuses a body that was changed after signing, and a header that was', async () => {
    const headers = await signedHeaders(world.url, good, checkout);
    expectError(await sendAsIs(headers, good.body.replace('acme', 'beta')), refused);
    const ofGarden = { ...good, headers: { ...good.headers, 'x-retailer-id': 'the-garden' } };
    const signed = await signedHeaders(world.url, ofGarden, checkout);
    expectError(await sendAsIs({ ...signed, 'x-retailer-id': 'other' }), refused);
  });

  it.each([
    [-301, false],
    [-300, true],
    [300, true],
    [301, false],
  ])('of a signature made %d s from now: let in? %s', async (seconds, letIn) => {
    // Signatures have whole seconds.
    const now = Math.floor(Date.now() / 1000) * 1000;
    world.gateway.state.now = () => now;
    const signingDate = new Date(now + seconds * 1000);
    const answer = await sendAsIs(await signedHeaders(world.url, good, checkout, { signingDate }));
    world.gateway.state.now = () => Date.now();
    if (letIn) expect(answer.status).toBe(200);
    else expectError(answer, refused);
  });

  it.each(['stranger', 'outsider', 'partnerAlone'] as const)(
    'keeps out %s, whom the resource policy does not let in',
    async (as) => {
      expectError(await world.ask(as, {}), refused);
    },
  );

  it.each(['ci', 'operator', 'session', 'partner', 'backOffice'] as const)('lets %s in', async (as) => {
    expect((await world.ask(as, { scope: 'connect:fulfillment' })).status).toBe(200);
  });

  it('answers 429 when it throttles', async () => {
    world.gateway.state.throttled = true;
    const answer = await world.ask('checkout', {});
    world.gateway.state.throttled = false;
    expectError(answer, { status: 429, error: 'slow_down' });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it.each([
    ['is throttled or fails', () => Promise.reject(new Error(canary))],
    ['answers an object that is no answer', async () => ({ canary })],
    ['answers nothing', async () => undefined],
  ])('answers 503 where the function %s', async (_what, invoke) => {
    world.state.invoke = invoke;
    const answer = await world.ask('checkout', {});
    world.state.invoke = undefined;
    expectError(answer, { status: 503, error: 'temporarily_unavailable' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('takes a form as it takes JSON', async () => {
    const { as, path, ...form } = askByForm();
    expect((await world.send(as, path, form)).status).toBe(200);
  });
});
