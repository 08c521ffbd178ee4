import { describe, expect, it } from 'vitest';
import { eventOf, good, handlerWith, jsonEvent, refusalOf } from '../support/http-handler.ts';

const json = JSON.stringify(good.client_credentials);
const form = new URLSearchParams(good.client_credentials).toString();
const formType = 'application/x-www-form-urlencoded';

/** One content type, or several, or none; and a body, in Base64 or as it is. */
function eventWith(types: string | string[], body: string | Buffer | null) {
  const list = [types].flat();
  const isBase64Encoded = Buffer.isBuffer(body);
  return eventOf({
    headers: { 'Content-Type': list.at(-1) },
    multiValueHeaders: { 'Content-Type': list },
    body: isBase64Encoded ? body.toString('base64') : body,
    isBase64Encoded,
  });
}

describe('a body', () => {
  it.each([
    ['JSON', eventWith('application/json', json)],
    ['JSON after a byte-order mark', eventWith('application/json', `\ufeff${json}`)],
    ['JSON in Base64 after a byte-order mark', eventWith('application/json', Buffer.from(`\ufeff${json}`))],
    ['JSON in Base64', eventWith('application/json', Buffer.from(json))],
    ['JSON with a character set', eventWith('application/json; charset=utf-8', json)],
    ['JSON in another case', eventWith('Application/JSON', json)],
    ['JSON with spaces around', eventWith(' application/json ; charset=utf-8', json)],
    ['a form', eventWith(formType, form)],
    ['a form after a byte-order mark', eventWith(formType, `\ufeff${form}`)],
    ['a form in Base64', eventWith(formType, Buffer.from(form))],
    ['a form with a character set', eventWith(`${formType};charset=UTF-8`, form)],
  ])('of %s is read', async (_what, event) => {
    const { invoke, vends } = handlerWith();
    expect((await invoke(event)).statusCode).toBe(200);
    expect(vends[0]?.mintRequest.scopes).toEqual(['connect:fulfillment']);
  });

  it.each([
    ['no type', []],
    ['an empty type', ''],
    ['two types', ['application/json', formType]],
    ['the same type twice', ['application/json', 'application/json']],
    ['a type that begins alike', 'application/json-patch+json'],
    ['a type that ends alike', 'x-application/json'],
    ['text', 'text/plain'],
    ['a multipart form', 'multipart/form-data'],
  ])('of %s is refused: 415', async (_what, types) => {
    expect(await refusalOf(eventWith(types, json))).toMatchObject({
      status: 415,
      error: 'invalid_request',
      reason: 'content_type',
      description: expect.stringMatching(/application\/json.*application\/x-www-form-urlencoded/),
      vends: 0,
    });
  });

  it.each([
    ['null', null],
    ['nothing', ''],
    ['a list', '[]'],
    ['a text', '"grant_type"'],
    ['JSON’s null', 'null'],
    ['a number', '7'],
    ['half an object', '{"grant_type":'],
    ['two objects', '{}{}'],
    ['after two byte-order marks', `\ufeff\ufeff${json}`],
    ['a form', form],
    ['in Base64 after two byte-order marks', Buffer.from(`\ufeff\ufeff${json}`)],
  ])('of JSON that is %s is refused', async (_what, body) => {
    expect(await refusalOf(eventWith('application/json', body))).toMatchObject({
      status: 400,
      error: 'invalid_request',
      reason: 'body',
      description: expect.stringContaining('JSON object'),
      vends: 0,
    });
  });

  it.each(['application/json', formType])('of %s that is no UTF-8 is refused', async (type) => {
    const text = type === formType ? `${form}&x=` : `${json.slice(0, -1)},"x":"`;
    const body = Buffer.concat([Buffer.from(text), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(await refusalOf(eventWith(type, body))).toMatchObject({
      status: 400,
      error: 'invalid_request',
      reason: 'body',
      description: expect.stringContaining('UTF-8'),
      vends: 0,
    });
  });

  it('that says a form field twice is refused, even with the same value', async () => {
    for (const repeated of [
      'scope=connect:fulfillment',
      'scope=connect:ian',
      'grant_type=x',
      'other=1&other=1',
    ]) {
      expect(await refusalOf(eventWith(formType, `${form}&${repeated}`))).toMatchObject({
        status: 400,
        error: 'invalid_request',
        reason: 'field',
        description: expect.stringContaining('repeated'),
        vends: 0,
      });
    }
  });

  it('has JSON’s null as good as absent', async () => {
    const { invoke, vends } = handlerWith();
    const absent = { code: null, client_secret: null, refused_token_sha256: null, min_ttl: null };
    await invoke(jsonEvent({ ...good.client_credentials, ...absent, scope: null, client_id: null }));
    expect(vends.map(({ minTtlMs, refusedSha256 }) => [minTtlMs, refusedSha256])).toEqual([[0, undefined]]);
    const { reason } = await refusalOf(jsonEvent({ ...good.client_credentials, grant_type: null }));
    expect(reason).toBe('field');
  });

  it('has empty fields as good as absent', async () => {
    const { invoke, vends } = handlerWith();
    const empty = { code: '', client_secret: '', refused_token_sha256: '', min_ttl: '' };
    await invoke(jsonEvent({ ...good.client_credentials, ...empty, scope: '', client_id: '' }));
    await invoke(eventWith(formType, `${form}&code=&client_secret=`));
    expect(
      vends.map(({ mintRequest, minTtlMs, refusedSha256 }) => [mintRequest.scopes, minTtlMs, refusedSha256]),
    ).toEqual([
      [['connect:fulfillment'], 0, undefined],
      [['connect:fulfillment'], 0, undefined],
    ]);
  });
});

describe('the size of a body', () => {
  const padded = (bytes: number, filler = ' ') => {
    const room = bytes - Buffer.byteLength(json);
    return json + filler.repeat(room / Buffer.byteLength(filler));
  };
  const limit = 16_384;

  it('may be 16,384 bytes, as it is or in Base64', async () => {
    for (const body of [padded(limit), Buffer.from(padded(limit))]) {
      expect((await handlerWith().invoke(eventWith('application/json', body))).statusCode).toBe(200);
    }
  });

  it('may not be one byte more, counted in bytes and after Base64', async () => {
    const wide = `${json.slice(0, -1)},"x":"${'é'.repeat(8_150)}"}`;
    expect([wide.length < limit, Buffer.byteLength(wide) > limit]).toEqual([true, true]);
    for (const body of [padded(limit + 1), Buffer.from(padded(limit + 1)), wide]) {
      expect(await refusalOf(eventWith('application/json', body))).toMatchObject({
        status: 413,
        error: 'invalid_request',
        reason: 'size',
        description: expect.stringContaining('16 kB'),
        vends: 0,
      });
    }
  });

  it('is looked at after the content type and before the fields', async () => {
    expect((await refusalOf(eventWith('text/plain', 'x'.repeat(limit + 1)))).reason).toBe('content_type');
    expect((await refusalOf(eventWith('application/json', 'x'.repeat(limit + 1)))).reason).toBe('size');
  });
});
