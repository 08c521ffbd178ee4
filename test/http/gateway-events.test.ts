import { hash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectError } from '../support/answer.ts';
import { ask, askByForm } from '../support/good-requests.ts';
import type { TokenEvent } from '../support/token-event.ts';
import { createWorld, type World } from '../support/world.ts';

/** What API Gateway may send and the emulated one does not. */
describe('an event of API Gateway', () => {
  let world: World;
  let event: TokenEvent;
  beforeAll(async () => {
    world = await createWorld('bundle');
  });
  afterAll(() => world.close());
  beforeEach(() => {
    event = world.eventFor('checkout', {});
  });

  async function expectVended(): Promise<void> {
    const { status, text } = await world.askFunction(event);
    expect(status, text).toBe(200);
  }

  async function expectRefused(status: 400 | 404 | 405 | 415, reason: string, says: string): Promise<void> {
    const answer = await world.askFunction(event);
    expectError(answer, { status, error: 'invalid_request' });
    expect(answer.body['error_description']).toContain(says);
    expect(await world.auditOf(answer)).toMatchObject({ decision: 'deny', reason });
  }

  it.each([
    ['JSON', ask()],
    ['form', askByForm()],
  ])('has its %s in Base64', async (_what, { headers, body }) => {
    Object.assign(event, { headers, body: Buffer.from(body).toString('base64'), isBase64Encoded: true });
    await expectVended();
  });

  it('is refused for a body in Base64 that is no UTF-8', async () => {
    const [before, after] = [event.body?.slice(0, -1), ',"x":"'];
    event.isBase64Encoded = true;
    event.body = Buffer.concat([
      Buffer.from(`${before}${after}`),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]).toString('base64');
    await expectRefused(400, 'body', 'UTF-8');
  });

  it('has a body in clear that could be Base64', async () => {
    Object.assign(event, { body: Buffer.from(ask().body).toString('base64'), isBase64Encoded: false });
    await expectRefused(400, 'body', 'JSON object');
  });

  it.each(['body', 'headers'] as const)('without %s is refused', async (part) => {
    Object.assign(event, { [part]: null });
    if (part === 'body') await expectRefused(400, 'body', 'JSON object');
    else await expectRefused(415, 'content_type', 'Content-Type');
  });

  it('has a custom domain’s base path in its path, which is no part of the route', async () => {
    event.path = '/tokens/v2/oauth/token';
    await expectVended();
  });

  it('is routed by its proxy parameter, whatever its path', async () => {
    event.pathParameters = { proxy: 'tokens/v2/oauth/token' };
    await expectRefused(404, 'path', 'No such path');
  });

  it('at the root has no proxy parameter', async () => {
    Object.assign(event, { path: '/', pathParameters: null });
    await expectRefused(404, 'path', 'No such path');
  });

  it('by HEAD is refused', async () => {
    Object.assign(event, { httpMethod: 'HEAD', body: null });
    await expectRefused(405, 'method', 'Use POST');
  });

  it('has query parameters, of which others than a token request’s are ignored', async () => {
    const names = ['x', 'scopes', 'my_code', 'clientid', 'state', 'Token2'];
    event.queryStringParameters = Object.fromEntries(names.map((name) => [name, '1']));
    event.multiValueQueryStringParameters = Object.fromEntries(names.map((name) => [name, ['1', '2']]));
    await expectVended();
  });

  it.each(['queryStringParameters', 'multiValueQueryStringParameters'] as const)(
    'has a code in %s alone, and is refused',
    async (part) => {
      Object.assign(event, { [part]: { x: ['1'], Code: ['1'] } });
      const answer = await world.askFunction(event);
      expectError(answer, { status: 403, error: 'query_params_forbidden' });
    },
  );

  const json = 'application/json';
  it.each<[string, Record<string, string[]>, Record<string, string>]>([
    ['twice', { 'X-Retailer-Id': ['the-garden', 'other'] }, { 'X-Retailer-Id': 'other' }],
    ['twice alike', { 'X-Retailer-Id': ['the-garden', 'the-garden'] }, {}],
    ['in two cases', { 'X-Retailer-Id': ['the-garden'], 'x-retailer-id': ['the-garden'] }, {}],
    ['in two cases of single headers', {}, { 'X-Retailer-Id': 'the-garden', 'x-retailer-id': 'other' }],
  ])('has X-Retailer-Id %s, and is refused', async (_how, lists, singles) => {
    event.multiValueHeaders = { ...lists, ...(Object.keys(lists).length > 0 && { 'Content-Type': [json] }) };
    event.headers = { ...singles, 'Content-Type': json };
    await expectRefused(400, 'field', 'X-Retailer-Id once');
  });

  it('has a retailer id that is no ASCII, and is refused', async () => {
    event.headers['X-Retailer-Id'] = 'the-gardén';
    await expectRefused(400, 'field', 'X-Retailer-Id');
  });

  it('has an empty X-Retailer-Id, as if there were none', async () => {
    event.headers['X-Retailer-Id'] = ' ';
    await expectVended();
  });

  it.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;charset="UTF-8"; x=1'])(
    'is JSON by Content-Type %s',
    async (type) => {
      event.headers = { 'CONTENT-TYPE': type };
      await expectVended();
    },
  );

  it('is a form by Content-Type with a character set', async () => {
    event.headers = { 'content-type': 'application/X-WWW-form-urlencoded; charset=UTF-8' };
    event.body = askByForm().body;
    await expectVended();
  });

  it('with two content types is refused', async () => {
    event.multiValueHeaders = { 'Content-Type': [json, json] };
    await expectRefused(415, 'content_type', 'Content-Type');
  });

  it('takes a hash in capitals for the same in small letters', async () => {
    const first = await world.askFunction(event);
    const refused = hash('sha256', String(first.body['access_token'])).toUpperCase();
    const second = await world.ask('checkout', { refused_token_sha256: refused });
    expect(second.status).toBe(200);
    expect(second.body['access_token']).not.toBe(first.body['access_token']);
  });
});
