import { describe, expect, it } from 'vitest';
import { good, handlerWith, jsonEvent, refusalOf } from '../support/http-handler.ts';

/** Every name that a token request's field has, as the contract lists them. */
const forbidden = [
  'client_id',
  'client_secret',
  'client_assertion',
  'grant_type',
  'scope',
  'code',
  'redirect_uri',
  'assertion',
  'refresh_token',
  'token',
  'access_token',
];

const eventWith = (query: object) => ({ ...jsonEvent(good.client_credentials), ...query });

describe('a query parameter', () => {
  it.each(forbidden)('named %s is refused, in any case and of either kind', async (name) => {
    for (const spelled of [name, name.toUpperCase(), name.replace(/^./, (first) => first.toUpperCase())]) {
      for (const query of [
        { queryStringParameters: { [spelled]: 'x' } },
        { multiValueQueryStringParameters: { [spelled]: ['x'] } },
        { queryStringParameters: { a: 'b', [spelled]: '' }, multiValueQueryStringParameters: { a: ['b'] } },
      ]) {
        expect(await refusalOf(eventWith(query))).toMatchObject({
          status: 403,
          error: 'query_params_forbidden',
          reason: 'query',
          description: expect.stringMatching(/body.*rotate/),
          vends: 0,
        });
      }
    }
  });

  it('is refused before anything else is looked at', async () => {
    const wrong = { httpMethod: 'GET', path: '/', pathParameters: null, body: null };
    const event = { ...eventWith({ queryStringParameters: { token: 'x' } }), ...wrong };
    expect((await refusalOf(event)).reason).toBe('query');
  });

  it.each(['state', 'tokens', 'x_token', 'scopes', 'client', ''])('named %j is ignored', async (name) => {
    const { invoke } = handlerWith();
    const query = {
      queryStringParameters: { [name]: 'x' },
      multiValueQueryStringParameters: { [name]: ['x'] },
    };
    expect((await invoke(eventWith(query))).statusCode).toBe(200);
  });
});
