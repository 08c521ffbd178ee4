import { describe, expect, it } from 'vitest';
import { OAuthError, type Reason, reasons } from '../../lambda/http/oauth-error.ts';
import { errorResponse } from '../../lambda/http/responses.ts';
import type { NoToken } from '../../lambda/tokens/plan.ts';
import { good, handlerWith, jsonEvent, refusalOf, vended } from '../support/http-handler.ts';

const json = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', Pragma: 'no-cache' };
const event = jsonEvent(good.client_credentials);

describe('a vended token', () => {
  const now = Date.UTC(2026, 0, 1) + 999;
  const vendedFrom = (level: 'memory' | 'table' | 'mint' | 'collapsed' | 'bypass', change: object = {}) =>
    handlerWith({
      now: () => now,
      vendToken: async () => vended({ expiresAt: now + 60_900, ...change }, { cacheStatus: level }),
    }).invoke(jsonEvent(good.client_credentials));

  it('is answered in Connect’s fields, its two times floored', async () => {
    const { statusCode, headers, body, isBase64Encoded } = await vendedFrom('memory');
    expect([statusCode, isBase64Encoded]).toEqual([200, false]);
    expect(headers).toEqual({ ...json, 'Cache-Status': 'connect-token-vending; hit; detail=memory; ttl=60' });
    expect(JSON.parse(body)).toEqual({
      access_token: 'canary-token',
      token_type: 'Bearer',
      created_at: Date.UTC(2026, 0, 1) / 1_000,
      expires_in: 60,
      scope: 'connect:fulfillment',
    });
  });

  it('says its scopes parted by spaces, or none where nobody said', async () => {
    const scopeOf = async (scopes: string[] | undefined) =>
      JSON.parse((await vendedFrom('memory', { scopes })).body)['scope'];
    expect(await scopeOf(['a', 'b'])).toBe('a b');
    expect(await scopeOf(undefined)).toBeUndefined();
  });

  it.each([
    ['memory', 'hit; detail=memory'],
    ['table', 'hit; detail=table'],
    ['mint', 'fwd=miss; stored'],
    ['collapsed', 'fwd=miss; collapsed'],
    ['bypass', 'fwd=bypass'],
  ] as const)('from %s says so in Cache-Status', async (level, words) => {
    const { headers } = await vendedFrom(level);
    expect(headers?.['Cache-Status']).toBe(`connect-token-vending; ${words}; ttl=60`);
  });
});

describe('an error', () => {
  it.each(Object.entries(reasons))('of reason %s ends with it', (reason, { status, code }) => {
    const response = errorResponse(new OAuthError(reason as Reason, 'Some text.'), 'the-id');
    expect(response.statusCode).toBe(status);
    expect(JSON.parse(response.body)).toEqual({
      error: code,
      error_description: `Some text. (reason: ${reason})`,
      request_id: 'the-id',
    });
  });
});

describe('a request that gets no token is told', () => {
  const why = (fields: object) => fields as NoToken;
  const failing = (of: NoToken, retryAfterMs: number | undefined) => ({
    vendToken: async () =>
      ({ kind: 'none', why: of, retryAfterMs, minted: undefined, tableFault: undefined }) as const,
  });

  it.each([
    ['invalid_grant', 400, 'invalid_grant', 'invalid_grant', /refused.*assertion/],
    ['credentials_refused', 502, 'server_error', 'credentials_refused', /refused.*credentials/],
    ['query_params_forbidden', 502, 'server_error', 'query_params_forbidden', /compromised/],
    ['not_entitled', 502, 'server_error', 'not_entitled', /scope.*ask Instacart/],
    ['not_a_token', 502, 'server_error', 'not_a_token', /not a valid token/],
    ['misconfigured', 500, 'server_error', 'misconfigured', /secret/],
    ['unavailable', 503, 'temporarily_unavailable', 'upstream_unavailable', /Connect/],
    ['secrets_unavailable', 503, 'temporarily_unavailable', 'secrets_unavailable', /Secrets Manager/],
    ['min_ttl', 503, 'temporarily_unavailable', 'min_ttl', /remaining life/],
    ['outcome_unknown', 504, 'temporarily_unavailable', 'outcome_unknown', /code.*start the linking again/],
    ['out_of_time', 504, 'temporarily_unavailable', 'out_of_time', /try again.*start the linking again/],
  ] as const)('%s', async (kind, status, error, reason, description) => {
    const refusal = await refusalOf(event, failing(why({ kind }), 2_001));
    expect(refusal).toMatchObject({ status, error, reason, description: expect.stringMatching(description) });
    expect(refusal.headers).toEqual(status === 503 ? { ...json, 'Retry-After': '3' } : json);
  });

  it('back_off, whose cause is for the record alone', async () => {
    const { invoke, lines } = handlerWith(failing(why({ kind: 'back_off', cause: 'unavailable' }), 2_001));
    const { statusCode, body, headers } = await invoke(event);
    expect([statusCode, headers?.['Retry-After']]).toEqual([503, '3']);
    expect(JSON.parse(body)).toMatchObject({
      error: 'temporarily_unavailable',
      error_description: expect.stringContaining('waits before it tries again'),
    });
    expect(lines[0]).toMatchObject({ reason: 'back_off', cause: 'upstream_unavailable', decision: 'allow' });
  });

  it('invalid_grant, in the words of its grant type', async () => {
    const descriptionOf = async (fields: object) =>
      (await refusalOf(jsonEvent(fields), failing(why({ kind: 'invalid_grant' }), undefined))).description;
    expect(await descriptionOf(good.authorization_code)).toMatch(
      /code, its redirect_uri or its code_verifier/,
    );
    expect(await descriptionOf(good.fulfillment_user_assertion)).toMatch(/the assertion/);
  });

  it.each([
    [undefined, '1'],
    [1, '1'],
    [0, '1'],
    [1_000, '1'],
    [1_001, '2'],
    [60_000, '60'],
  ])('with Retry-After for a pause of %s ms: %s', async (retryAfterMs, seconds) => {
    const { headers } = await refusalOf(event, failing(why({ kind: 'unavailable' }), retryAfterMs));
    expect(headers?.['Retry-After']).toBe(seconds);
  });
});
