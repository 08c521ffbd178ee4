import { describe, expect, it } from 'vitest';
import { good, handlerWith, jsonEvent, refusalOf } from '../support/http-handler.ts';
import { forbiddenInQuery } from '../support/query-names.ts';

const eventWith = (query: object) => ({ ...jsonEvent(good.client_credentials), ...query });

describe('a query parameter', () => {
  it.each(forbiddenInQuery)('named %s is refused, in any case and of either kind', async (name) => {
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
