import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUserAssertion, encodeUserAssertion, isUserId } from '../../lambda/protocol/user-assertion.ts';

describe('a user assertion', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  /** A user id that reads a, these bytes, b. */
  const withBytes = (...bytes: number[]) =>
    Buffer.concat([Buffer.from('{"user_id":"a'), Buffer.from(bytes), Buffer.from('b"}')]).toString('base64');

  it('is decoded to the user id that it was built from', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }), (id) => {
        fc.pre(!/[\p{Cc}]/u.test(id) && id.length <= 256);
        expect(decodeUserAssertion(encodeUserAssertion(id))).toBe(id);
      }),
    );
  });

  it('holds an id between bytes that are UTF-8', () => {
    expect(decodeUserAssertion(withBytes(0xc3, 0xbc))).toBe('aüb');
    expect(decodeUserAssertion(withBytes(0xef, 0xbf, 0xbd))).toBe('a\ufffdb');
  });

  it('of the documented form is what we build', () => {
    expect(encodeUserAssertion('kamalsingh1234')).toBe('eyJ1c2VyX2lkIjoia2FtYWxzaW5naDEyMzQifQ==');
  });

  it.each([
    ['no padding', 'eyJ1c2VyX2lkIjoia2FtYWxzaW5naDEyMzQifQ'],
    ['white space', ' eyJ1c2VyX2lkIjoia2FtYWxzaW5naDEyMzQifQ=='],
    ['a line end', 'eyJ1c2VyX2lkIjoia2FtYWxzaW5naDEyMzQifQ==\n'],
    ['the URL-safe alphabet', Buffer.from('{"user_id":"?>?>"}').toString('base64url')],
    ['another key', base64('{"user_id":"a","admin":true}')],
    ['a prototype key', base64('{"user_id":"a","__proto__":{}}')],
    ['a number', base64('{"user_id":7}')],
    ['an empty id', base64('{"user_id":""}')],
    ['a control character', base64('{"user_id":"a\\u0000"}')],
    ['half a surrogate pair', base64('{"user_id":"\\ud800"}')],
    ['a list', base64('["user_id"]')],
    ['null', base64('null')],
    ['two documents', base64('{"user_id":"a"}{"user_id":"b"}')],
    ['a byte that is no UTF-8', withBytes(0xff)],
    ['half a UTF-8 character', withBytes(0xc3)],
    ['an overlong UTF-8 character', withBytes(0xc0, 0xaf)],
    ['a surrogate in UTF-8', withBytes(0xed, 0xa0, 0x80)],
    ['bits in its padding', 'eyJ1c2VyX2lkIjoia2FtYWxzaW5naDEyMzQifR=='],
    ['text after it', 'eyJ1c2VyX2lkIjoia2FtYWxzaW5naDEyMzQifQ==x'],
    ['a key in another case', base64('{"User_id":"a"}')],
    ['no key', base64('{}')],
    ['an id in a list', base64('{"user_id":["a"]}')],
    ['an id of 257 characters', base64(`{"user_id":"${'a'.repeat(257)}"}`)],
    ['a text', base64('"user_id"')],
    ['no JSON', base64('user_id=a')],
    ['a byte-order mark', base64('\ufeff{"user_id":"a"}')],
    ['nothing', ''],
  ])('with %s is none', (_what, assertion) => {
    expect(decodeUserAssertion(assertion)).toBeUndefined();
  });
});

describe('a user id', () => {
  const codes = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);

  it('holds no control character, wherever it stands', () => {
    for (const code of [...codes(0x00, 0x1f), ...codes(0x7f, 0x9f)]) {
      const control = String.fromCharCode(code);
      const ids = [control, `${control}a`, `a${control}`, `a${control}b`];
      expect([code, ...ids.filter((id) => isUserId(id))]).toEqual([code]);
    }
  });

  it.each([' ', '~', '\u00a0', 'ü', '😀', '"', '\\', '*', '/'])('may hold %j', (character) => {
    expect(isUserId(`a${character}b`)).toBe(true);
    expect(decodeUserAssertion(encodeUserAssertion(`a${character}b`))).toBe(`a${character}b`);
  });

  it('has 1 to 256 characters', () => {
    const lengths = [0, 1, 256, 257];
    expect(lengths.filter((length) => isUserId('a'.repeat(length)))).toEqual([1, 256]);
    expect(lengths.filter((length) => isUserId('😀'.repeat(length)))).toEqual([1, 256]);
  });

  it.each([7, null, undefined, ['a'], { toString: () => 'a' }, '\ud800', 'a\udc00'])('is not %j', (value) => {
    expect(isUserId(value)).toBe(false);
  });
});
