import { describe, expect, it } from 'vitest';
import { type ProbeAnswer, probeOnce } from '../../lambda/probe/probe.ts';
import { createProbeHandler } from '../../lambda/probe/probe-handler.ts';
import { scheduleEvent } from '../local/emulators/schedule-event.ts';

const prober = { client: 'acme', scopes: ['connect:fulfillment'], ungrantedScope: 'connect:ian' };
const token = { access_token: 'a-token', token_type: 'Bearer', expires_in: 60 };
const judge = (kind: 'vend' | 'refusal', answer: ProbeAnswer) => probeOnce(prober, kind, async () => answer);

describe('a vend', () => {
  it.each([
    ['right', 'a live token', 200, token],
    ['wrong', 'no token', 200, { ...token, access_token: undefined }],
    ['wrong', 'an empty token', 200, { ...token, access_token: '' }],
    ['wrong', 'another type', 200, { ...token, token_type: 'mac' }],
    ['wrong', 'no life left', 200, { ...token, expires_in: 0 }],
    ['wrong', 'a life in words', 200, { ...token, expires_in: '60' }],
    ['wrong', 'a token with another status', 201, token],
    ['wrong', 'a refusal', 403, { error: 'unauthorized_client' }],
    ['wrong', 'an outage', 503, { error: 'temporarily_unavailable' }],
  ])('is %s for %s', async (verdict, _what, status, body) => {
    expect(await judge('vend', { status, body })).toMatchObject({ verdict, status });
  });

  it('is wrong without an answer', async () => {
    const result = await probeOnce(prober, 'vend', () => Promise.reject(new Error('reset')));
    expect(result).toEqual({ probe: 'vend', verdict: 'wrong' });
  });
});

describe('a refusal', () => {
  it.each([
    ['right', 'the refusal of the policy', 403, { error: 'unauthorized_client' }],
    ['unanswered', 'a refusal of API Gateway', 403, { error: 'invalid_client' }],
    ['unanswered', 'a throttle', 429, { error: 'slow_down' }],
    ['unanswered', 'an outage', 502, { error: 'server_error' }],
    ['wrong', 'a token', 200, token],
    ['wrong', 'a 200 that says otherwise', 200, { error: 'unauthorized_client' }],
    ['wrong', 'a complaint about the request', 400, { error: 'invalid_request' }],
  ])('is %s for %s', async (verdict, _what, status, body) => {
    expect(await judge('refusal', { status, body })).toMatchObject({ verdict, status });
  });
});

describe('of an answer are recorded', () => {
  it('the status, and an error and an id that look like such', async () => {
    const body = { error: 'invalid_request', request_id: 'a-1', error_description: 'secret' };
    expect(await judge('vend', { status: 400, body })).toEqual({
      probe: 'vend',
      verdict: 'wrong',
      status: 400,
      error: 'invalid_request',
      requestId: 'a-1',
    });
  });

  it('neither an error nor an id that could be a token', async () => {
    const body = { error: 'Bearer eyJ', request_id: `${'x'.repeat(65)}` };
    const result = await judge('refusal', { status: 400, body });
    expect([result.error, result.requestId]).toEqual([undefined, undefined]);
    const vended = await judge('refusal', { status: 200, body: { error: 'abc', request_id: 'abc' } });
    expect(vended).toEqual({ probe: 'refusal', verdict: 'wrong', status: 200 });
  });
});

describe('the requests', () => {
  it.each([
    ['the scopes that are kept', prober, { scope: 'connect:fulfillment' }, {}],
    ['no scope for the token without one', { ...prober, scopes: [] }, {}, {}],
    [
      "the retailer's id",
      { ...prober, retailerId: 'the-garden' },
      { scope: 'connect:fulfillment' },
      { 'x-retailer-id': 'the-garden' },
    ],
  ])('of a vend have %s', async (_what, of, fields, headers) => {
    const sent: unknown[] = [];
    await probeOnce(of, 'vend', async (...request) => {
      sent.push(request);
      return { status: 200, body: token };
    });
    expect(sent).toEqual([[{ grant_type: 'client_credentials', client_id: 'acme', ...fields }, headers]]);
  });
});

describe('a function without a prober in its policy', () => {
  it('asks for nothing', async () => {
    const handler = createProbeHandler({
      prober: undefined,
      send: () => Promise.reject(new Error('nothing may be sent')),
      recordProbe: () => undefined,
      monotonic: () => 0,
    });
    await expect(handler(scheduleEvent(), { awsRequestId: 'id' })).rejects.toThrow(
      'The policy has no prober',
    );
  });
});
