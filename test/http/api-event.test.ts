import { describe, expect, it } from 'vitest';
import { eventOf, good, handlerWith, jsonEvent, refusalOf } from '../support/http-handler.ts';

const event = jsonEvent(good.client_credentials);

describe('the route', () => {
  it.each([
    ['without a base path', { path: '/v2/oauth/token', pathParameters: { proxy: 'v2/oauth/token' } }],
    [
      "with a custom domain's base path",
      { path: '/connect/v2/oauth/token', pathParameters: { proxy: 'v2/oauth/token' } },
    ],
    ['without path parameters', { path: '/v2/oauth/token', pathParameters: null }],
    ['with other path parameters', { path: '/v2/oauth/token', pathParameters: { other: 'x' } }],
  ])('is found %s', async (_how, change) => {
    expect((await handlerWith().invoke({ ...event, ...change })).statusCode).toBe(200);
  });

  it.each([
    ['another path', { path: '/v2/oauth', pathParameters: { proxy: 'v2/oauth' } }],
    ['the root', { path: '/', pathParameters: null }],
    ['a path that ends alike', { path: '/x/v2/oauth/token', pathParameters: { proxy: 'x/v2/oauth/token' } }],
    ['a slash more', { path: '/v2/oauth/token/', pathParameters: { proxy: 'v2/oauth/token/' } }],
    ['another case', { path: '/V2/oauth/token', pathParameters: { proxy: 'V2/oauth/token' } }],
    ['a proxy path that is not the path', { path: '/v2/oauth/token', pathParameters: { proxy: 'other' } }],
  ])('is not %s: 404', async (_what, change) => {
    expect(await refusalOf({ ...event, ...change })).toMatchObject({
      status: 404,
      error: 'invalid_request',
      reason: 'path',
      description: expect.stringContaining('/v2/oauth/token'),
      vends: 0,
    });
  });

  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'post', ''])('takes no %s: 405', async (httpMethod) => {
    expect(await refusalOf({ ...event, httpMethod })).toMatchObject({
      status: 405,
      error: 'invalid_request',
      reason: 'method',
      description: expect.stringContaining('POST'),
      headers: { Allow: 'POST' },
      vends: 0,
    });
  });
});

describe('a header', () => {
  it.each([
    ['in both maps', { 'X-Retailer-Id': 'the-garden' }, { 'X-Retailer-Id': ['the-garden'] }],
    ['in the map of single values alone', { 'X-Retailer-Id': 'the-garden' }, null],
    ['in the map of lists alone', null, { 'X-Retailer-Id': ['the-garden'] }],
    ['in lower case', { 'x-retailer-id': 'the-garden' }, { 'x-retailer-id': ['the-garden'] }],
    ['in upper case', { 'X-RETAILER-ID': 'the-garden' }, { 'X-RETAILER-ID': ['the-garden'] }],
  ])('is read %s', async (_where, headers, multiValueHeaders) => {
    const { invoke, vends } = handlerWith();
    const json = (value: unknown) => ({ 'content-type': value });
    const answer = await invoke({
      ...event,
      headers: headers && { ...json('application/json'), ...headers },
      multiValueHeaders: multiValueHeaders && { ...json(['application/json']), ...multiValueHeaders },
    });
    expect([answer.statusCode, vends[0]?.mintRequest.retailerId]).toEqual([200, 'the-garden']);
  });

  it('of a name as long, or that begins alike, is another header', async () => {
    const { invoke, vends } = handlerWith();
    const headers = { 'X-Retailer-Ix': 'a', 'X-Retailer-Id-2': 'b', 'X-Retailer': 'c' };
    expect((await invoke(jsonEvent(good.client_credentials, headers))).statusCode).toBe(200);
    expect(vends.map(({ mintRequest }) => mintRequest.retailerId)).toEqual([undefined]);
  });

  it.each([7, null, undefined, {}, [7, null]])('whose value is %j has none', async (value) => {
    const { invoke, vends } = handlerWith();
    const multiValueHeaders = { ...event.multiValueHeaders, 'X-Retailer-Id': value };
    const headers = { ...event.headers, 'X-Retailer-Id': value };
    expect((await invoke({ ...event, headers, multiValueHeaders })).statusCode).toBe(200);
    expect(vends.map(({ mintRequest }) => mintRequest.retailerId)).toEqual([undefined]);
  });
});

describe('an event', () => {
  const { requestContext } = eventOf();
  it.each([
    ['no method', { httpMethod: undefined }],
    ['no path', { path: undefined }],
    ['a body that is no text', { body: {} }],
    ['headers that are a text', { headers: 'x' }],
    ['a flag that is none', { isBase64Encoded: 'true' }],
    ['no request context', { requestContext: undefined }],
    ['no request id', { requestContext: { ...requestContext, requestId: undefined } }],
    ['no identity', { requestContext: { ...requestContext, identity: undefined } }],
    ['an ARN that is a number', { requestContext: { ...requestContext, identity: { userArn: 7 } } }],
    [
      'an account that is a number',
      { requestContext: { ...requestContext, identity: { ...requestContext.identity, accountId: 7 } } },
    ],
  ])('with %s is none of API Gateway’s', async (_what, change) => {
    expect(await refusalOf({ ...event, ...change })).toMatchObject({
      status: 400,
      error: 'invalid_request',
      reason: 'not_api_gateway',
      vends: 0,
    });
  });
});
