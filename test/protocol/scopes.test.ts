import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectScopes, grantTypes, grantTypesOf, splitScopes } from '../../lambda/protocol/scopes.ts';

const bearer = 'urn:ietf:params:oauth:grant-type:retailer-json-bearer';

describe('scopes', () => {
  it('are the same in any order, with any repeats, by comma or white space', () => {
    const known = Object.keys(connectScopes);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...known), { minLength: 1 }),
        fc.constantFrom(',', ' ', ', ', ' ,,  ', '\t', '\r\n', '\v', '\f'),
        fc.constantFrom('', ' ', ',', '\n'),
        (list, separator, around) => {
          const text = around + list.join(separator) + around;
          expect(splitScopes(text)).toEqual([...new Set(list)].sort());
        },
      ),
    );
  });

  it.each(['', ' ', ',', ' , \t'])('are none in %j', (text) => {
    expect(splitScopes(text)).toEqual([]);
  });

  it.each([
    'a\u00a0b',
    'a\u2003b',
    'a\ufeffb',
    'a\u2028b',
    'a;b',
    'a|b',
    'a+b',
    'a%20b',
    'a:b',
    '"a"',
    '[a]',
  ])('are parted by nothing else: %j', (text) => {
    expect(splitScopes(text)).toEqual([text]);
  });

  it('of Connect are each available for its own grant types', () => {
    const both = ['Connect::Orders::RatingService', 'connect:recommendations'];
    const availableFor = grantTypes.map((grantType) => [
      grantType,
      Object.keys(connectScopes).filter((scope) => grantTypesOf(scope, [connectScopes]).includes(grantType)),
    ]);
    expect(Object.fromEntries(availableFor)).toEqual({
      client_credentials: [
        'connect:fulfillment',
        ...both,
        'connect:compliance',
        'connect:data_ingestion',
        'connect:ian',
      ],
      fulfillment_user_assertion: [...both, 'connect:post_checkout'],
      [bearer]: both,
      authorization_code: ['account_linking'],
    });
  });

  it('are looked up in every table, each grant type once', () => {
    const tables = [
      { mine: ['authorization_code'], shared: ['client_credentials'] },
      { shared: ['client_credentials', 'authorization_code'] },
    ] as const;
    expect(grantTypesOf('mine', tables)).toEqual(['authorization_code']);
    expect(grantTypesOf('shared', tables)).toEqual(['client_credentials', 'authorization_code']);
    expect(grantTypesOf('mine', [connectScopes])).toEqual([]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'Connect:fulfillment', 'connect:fulfillmen', ''])(
    '%j is unknown',
    (name) => {
      expect(grantTypesOf(name, [connectScopes, {}])).toEqual([]);
    },
  );
});
