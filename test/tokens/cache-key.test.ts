import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheKey, partitionKey } from '../../lambda/tokens/cache-key.ts';
import type { MintRequest, Subject } from '../../lambda/tokens/mint-request.ts';
import { mintRequest } from '../support/token-world.ts';

const user = (userId: string): Subject => ({ kind: 'user', userId });
const base: MintRequest = {
  ...mintRequest,
  grantType: 'fulfillment_user_assertion',
  scopes: ['connect:post_checkout', 'connect:recommendations'],
  retailerId: 'garden',
  subject: user('Ann'),
};

/** A text that differs from `text` by one character or one letter's case. */
const nearMissOf = (text: string) =>
  fc.oneof(
    fc.constantFrom(
      `${text}x`,
      `x${text}`,
      text.slice(1),
      text.slice(0, -1),
      text.toUpperCase(),
      text.toLowerCase(),
    ),
    fc.integer({ min: 0, max: text.length - 1 }).map((at) => `${text.slice(0, at)}"${text.slice(at + 1)}`),
  );

/** Each field of an identity, changed alone. */
const changes: Array<[string, (text: string) => MintRequest, string]> = [
  ['base URL', (baseUrl) => ({ ...base, client: { ...base.client, baseUrl } }), base.client.baseUrl],
  ['client', (name) => ({ ...base, client: { ...base.client, name } }), base.client.name],
  ['scope', (scope) => ({ ...base, scopes: ['connect:post_checkout', scope] }), 'connect:recommendations'],
  ['retailer id', (retailerId) => ({ ...base, retailerId }), 'garden'],
  ['user', (userId) => ({ ...base, subject: user(userId) }), 'Ann'],
];

describe('the key of a token', () => {
  it.each(changes)(
    'is another one where the %s differs by a character or its case',
    (_field, change, text) => {
      expect(cacheKey(change(text))).toBe(cacheKey(base));
      fc.assert(
        fc.property(nearMissOf(text), (other) => {
          fc.pre(other !== text);
          expect(cacheKey(change(other))).not.toBe(cacheKey(base));
          expect(partitionKey(cacheKey(change(other)))).not.toBe(partitionKey(cacheKey(base)));
        }),
      );
    },
  );

  it('is another one for another grant type, and where a part is missing, empty or elsewhere', () => {
    const requests: MintRequest[] = [
      base,
      { ...base, grantType: 'client_credentials' },
      { ...base, retailerId: undefined },
      { ...base, retailerId: '' },
      { ...base, retailerId: 'null' },
      { ...base, subject: { kind: 'application' } },
      { ...base, subject: user('') },
      { ...base, subject: user('null') },
      { ...base, scopes: [] },
      { ...base, scopes: [''] },
      { ...base, scopes: ['connect:post_checkout,connect:recommendations'] },
      { ...base, scopes: ['connect:post_checkout'] },
      { ...base, retailerId: 'Ann', subject: user('garden') },
    ];
    const keys = requests.map(cacheKey);
    expect(new Set(keys).size).toBe(requests.length);
    expect(new Set(keys.map(partitionKey)).size).toBe(requests.length);
  });

  it('is the same in whatever order the scopes come', () => {
    expect(cacheKey({ ...base, scopes: base.scopes.toReversed() })).toBe(cacheKey(base));
  });

  it('goes to the table as a hash, which holds no user id', () => {
    expect(partitionKey(cacheKey(base))).toMatch(/^[0-9a-f]{64}$/);
  });
});
