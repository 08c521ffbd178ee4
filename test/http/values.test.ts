import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createLog, errorFields } from '../../lambda/observability/log.ts';
import { connectScopes, grantTypesOf, splitScopes } from '../../lambda/protocol/scopes.ts';
import { decodeUserAssertion, encodeUserAssertion } from '../../lambda/protocol/user-assertion.ts';
import { Secret } from '../../lambda/values/secret.ts';

/** What a line of the log holds. */
function logged(fields: object): Record<string, unknown> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  createLog('test')('INFO', 'x', fields);
  const [text] = write.mock.calls.flat();
  write.mockRestore();
  expect(text).toMatch(/^[^\n]+\n$/);
  return JSON.parse(String(text)) as Record<string, unknown>;
}

describe('a secret', () => {
  const secret = new Secret('canary-5f1e');

  it.each([
    ['a template', () => `${secret}`],
    ['concatenation', () => `x${String(secret)}`],
    ['JSON', () => JSON.stringify({ secret, list: [secret] })],
    ['inspection', () => inspect({ secret }, { depth: 5, showHidden: true })],
    ['an error', () => inspect(new Error(`${secret}`, { cause: secret }))],
    ['spreading', () => JSON.stringify({ ...secret })],
    ['its keys', () => JSON.stringify([Object.entries(secret), Reflect.ownKeys(secret)])],
    ['a clone', () => inspect(structuredClone({ ...secret }))],
    ['join', () => [secret, secret].join()],
  ])('does not show in %s', (_how, print) => {
    expect(print()).not.toContain('canary');
  });

  it('does not show in a log line', () => {
    expect(logged({ secret, nested: { secret } })).toMatchObject({ secret: '[secret]' });
    expect(JSON.stringify(logged({ secret, nested: { secret } }))).not.toContain('canary');
  });

  it('is revealed on request, and known by its hash', () => {
    expect(secret.reveal()).toBe('canary-5f1e');
    expect(secret.sha256()).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('a log line', () => {
  it('is JSON of one line, its level, message, time and service first', () => {
    const { timestamp, ...line } = logged({ client: 'line\nbreak' });
    expect(line).toEqual({ level: 'INFO', message: 'x', service: 'test', client: 'line\nbreak' });
    expect(new Date(timestamp as string).toISOString()).toBe(timestamp);
  });

  it('has of an error its name, message, stack and causes: nothing that hangs on it', () => {
    const error = Object.assign(new TypeError('outer', { cause: new Error('inner') }), {
      $response: { body: 'canary' },
    });
    expect(logged({ error: errorFields(error) })['error']).toEqual({
      name: 'TypeError',
      message: 'outer',
      stack: error.stack,
      cause: { name: 'Error', message: 'inner', stack: (error.cause as Error).stack },
    });
    expect(errorFields('a string')).toEqual({ message: 'a string' });
  });
});

describe('scopes', () => {
  it('are the same in any order, with any repeats, by comma or space', () => {
    const known = Object.keys(connectScopes);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...known), { minLength: 1 }),
        fc.constantFrom(',', ' ', ', ', ' ,,  '),
        (list, separator) => {
          expect(splitScopes(list.join(separator))).toEqual([...new Set(list)].sort());
        },
      ),
    );
  });

  it('of a prototype are unknown', () => {
    for (const name of ['__proto__', 'constructor', 'toString'])
      expect(grantTypesOf(name, [connectScopes])).toEqual([]);
  });
});

describe('a user assertion', () => {
  it('is decoded to the user id that it was built from', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }), (id) => {
        fc.pre(!/[\p{Cc}]/u.test(id) && id.length <= 256);
        expect(decodeUserAssertion(encodeUserAssertion(id))).toBe(id);
      }),
    );
  });

  it('of the documented form is what we build', () => {
    expect(encodeUserAssertion('kamalsingh1234')).toBe('eyJ1c2VyX2lkIjoia2FtYWxzaW5naDEyMzQifQ==');
  });

  const base64 = (text: string) => Buffer.from(text).toString('base64');
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
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]).toString('base64')],
    ['a byte-order mark', base64('\ufeff{"user_id":"a"}')],
    ['nothing', ''],
  ])('with %s is none', (_what, assertion) => {
    expect(decodeUserAssertion(assertion)).toBeUndefined();
  });
});
