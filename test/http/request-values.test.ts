import { describe, expect, it } from 'vitest';
import { good, handlerWith, jsonEvent, refusalOf } from '../support/http-handler.ts';

const most = 43_200;
const ask = (min_ttl: unknown) => jsonEvent({ ...good.client_credentials, min_ttl });

describe('min_ttl', () => {
  it.each([0, 1, most, '0', '1', String(most), '0060'])('may be %j', async (min_ttl) => {
    const { invoke, vends } = handlerWith();
    expect((await invoke(ask(min_ttl))).statusCode).toBe(200);
    expect(vends[0]?.minTtlMs).toBe(Number(min_ttl) * 1_000);
  });

  it.each([
    most + 1,
    String(most + 1),
    -1,
    '-1',
    0.5,
    '0.5',
    '1e3',
    ' 60',
    '60s',
    '0x10',
    '00000060',
    true,
    [60],
    {},
    '٦٠',
  ])('may not be %j', async (min_ttl) => {
    expect(await refusalOf(ask(min_ttl))).toMatchObject({
      status: 400,
      error: 'invalid_request',
      reason: 'field',
      description: expect.stringMatching(new RegExp(`min_ttl.*${most}`)),
      vends: 0,
    });
  });
});

describe('refused_token_sha256', () => {
  const hash = '0123456789abcdef'.repeat(4);
  const asking = (refused_token_sha256: unknown) =>
    jsonEvent({ ...good.client_credentials, refused_token_sha256 });

  it('is hexadecimal in either case', async () => {
    const { invoke, vends } = handlerWith();
    await invoke(asking(hash));
    await invoke(asking(hash.toUpperCase()));
    expect(vends.map(({ refusedSha256 }) => refusedSha256)).toEqual([hash, hash]);
  });

  it.each([
    ['63 digits', hash.slice(1)],
    ['65 digits', `${hash}0`],
    ['a letter more before', `x${hash}`],
    ['a letter more after', `${hash}x`],
    ['another letter', `g${hash.slice(1)}`],
    ['a line end', `${hash}\n`],
    ['a token', 'canary-token'],
  ])('is not %s', async (_what, refused) => {
    expect(await refusalOf(asking(refused))).toMatchObject({
      status: 400,
      reason: 'field',
      description: expect.stringMatching(/refused_token_sha256.*not the token/),
      vends: 0,
    });
  });
});

describe('X-Retailer-Id', () => {
  const sending = (value: string | string[]) =>
    jsonEvent(good.client_credentials, { 'X-Retailer-Id': value });

  it.each([
    ['as it is', 'the-garden', 'the-garden'],
    ['with spaces around', ' the-garden\t', 'the-garden'],
    ['empty', '', undefined],
    ['of spaces', '  ', undefined],
  ])('is read %s', async (_how, sent, retailerId) => {
    const { invoke, vends } = handlerWith();
    expect((await invoke(sending(sent))).statusCode).toBe(200);
    expect(vends[0]?.mintRequest.retailerId).toBe(retailerId);
  });

  it.each([
    ['two', ['the-garden', 'other']],
    ['two that are the same', ['the-garden', 'the-garden']],
    ['one after an empty one', ['', 'the-garden']],
    ['an empty one after it', ['the-garden', '']],
  ])('is not taken from %s', async (_what, values) => {
    expect(await refusalOf(sending(values))).toMatchObject({
      status: 400,
      error: 'invalid_request',
      reason: 'field',
      description: expect.stringMatching(/X-Retailer-Id.*once/),
      vends: 0,
    });
  });

  it.each([
    ['a space inside', 'the garden'],
    ['another alphabet', 'gärten'],
    ['a control character inside', 'the\u0000garden'],
    ['a line end inside', 'the\r\ngarden'],
    ['129 characters', 'a'.repeat(129)],
  ])('may not have %s', async (_what, value) => {
    expect(await refusalOf(sending(value))).toMatchObject({
      status: 400,
      reason: 'field',
      description: expect.stringMatching(/X-Retailer-Id.*128/),
      vends: 0,
    });
  });

  it('may be any retailer id of 128 characters: the policy says whose', async () => {
    expect((await refusalOf(sending('!'.repeat(128)))).reason).toBe('retailer_id');
    expect((await refusalOf(sending('~'))).reason).toBe('retailer_id');
  });
});
