import { describe, expect, it } from 'vitest';
import { differenceLines, differencesBetween } from '../../infra/grants/differences.ts';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { longestMinTtlSeconds } from '../../lambda/protocol/contract.ts';
import { goodPolicy, toYaml } from '../support/policies.ts';
import { arn, type Fields, policyText } from './policy-on-disk.ts';

const base: Fields = {
  id: 'base',
  principals: [arn('apps')],
  client: 'acme',
  grantType: 'client_credentials',
  scopes: ['connect:ian'],
};
const history: Fields = {
  ...base,
  grantType: 'fulfillment_user_assertion',
  scopes: ['connect:post_checkout'],
  users: ['test-*'],
};
const bearer = 'urn:ietf:params:oauth:grant-type:retailer-json-bearer';
const linking: Fields = {
  ...base,
  grantType: 'authorization_code',
  scopes: ['account_linking'],
  redirectUris: ['https://shop.example/one'],
};

function linesBetween(before: string, after: string): string[] {
  return differenceLines(differencesBetween(compilePolicy(before, 'old'), compilePolicy(after, 'new')));
}

const between = (before: Fields[], after: Fields[]) => linesBetween(policyText(before), policyText(after));

/** Another grant that is always there: a policy needs one. */
const other = { ...base, id: 'other', principals: [arn('other')], scopes: ['connect:fulfillment'] };

describe('a gain, which is a loss the other way round', () => {
  const ian = 'connect:ian by client_credentials for acme';
  const orders = 'connect:post_checkout by fulfillment_user_assertion for acme';
  const link = 'account_linking by authorization_code for acme';
  it.each<[string, Fields[], Fields[], string[]]>([
    ['a new grant', [], [base], [`role/apps of 111122223333 # ${ian}`]],
    [
      'a new grant with a retailer',
      [],
      [{ ...base, retailerIds: ['the-garden'] }],
      [`role/apps of 111122223333 # ${ian}, X-Retailer-Id the-garden`],
    ],
    [
      'a new grant with everything',
      [],
      [{ ...history, users: ['u 1', 'test-*'], retailerIds: ['g', 'h'], maxMinTtl: 60, revoke: true }],
      [
        `role/apps of 111122223333 # ${orders}, for users test-*, "u 1", X-Retailer-Id g, h, min_ttl up to 60 s`,
        'role/apps of 111122223333 # the right to revoke the tokens of acme',
      ],
    ],
    [
      'the token without a scope',
      [base],
      [base, { ...base, id: 'more', scopes: undefined, unscoped: true }],
      ['role/apps of 111122223333 # the token without a scope by client_credentials for acme'],
    ],
    [
      'another grant type for a scope',
      [{ ...base, scopes: ['connect:recommendations'] }],
      [
        { ...base, scopes: ['connect:recommendations'] },
        { ...base, id: 'b', grantType: bearer, scopes: ['connect:recommendations'], users: ['*'] },
      ],
      [
        'role/apps of 111122223333 # connect:recommendations by retailer-json-bearer for acme, for every user',
      ],
    ],
    [
      'every user in place of some',
      [history],
      [{ ...history, users: ['*'] }],
      [`role/apps of 111122223333 # ${orders}, for every user other than test-*`],
    ],
    [
      'a prefix in place of a user below it',
      [{ ...history, users: ['test-1', 'u'] }],
      [{ ...history, users: ['test-*', 'u'] }],
      [`role/apps of 111122223333 # ${orders}, for users test-* other than test-1`],
    ],
    [
      'one more user',
      [history],
      [{ ...history, users: ['test-*', 'u'] }],
      [`role/apps of 111122223333 # ${orders}, for user u`],
    ],
    [
      'one more redirect URI',
      [linking],
      [{ ...linking, redirectUris: ['https://shop.example/one', 'https://shop.example/two'] }],
      [`role/apps of 111122223333 # ${link}, redirect URI https://shop.example/two`],
    ],
    [
      'one more retailer',
      [{ ...base, retailerIds: ['g'] }],
      [{ ...base, retailerIds: ['g', 'h'] }],
      [`role/apps of 111122223333 # ${ian}, only with X-Retailer-Id h`],
    ],
    [
      'a longer min_ttl',
      [{ ...base, maxMinTtl: 60 }],
      [{ ...base, maxMinTtl: 3600 }],
      [`role/apps of 111122223333 # ${ian}, only with min_ttl over 60 s and up to 3600 s`],
    ],
    [
      'no limit of min_ttl',
      [{ ...base, maxMinTtl: 60 }],
      [base],
      [`role/apps of 111122223333 # ${ian}, only with min_ttl over 60 s`],
    ],
    [
      'a min_ttl across the limit of another scope',
      [{ ...base, maxMinTtl: 60 }],
      [
        { ...base, maxMinTtl: 60 },
        { ...base, id: 'b', scopes: ['connect:compliance'], maxMinTtl: 3600 },
      ],
      ['role/apps of 111122223333 # connect:compliance by client_credentials for acme, min_ttl up to 3600 s'],
    ],
    [
      'revoke',
      [base],
      [{ ...base, revoke: true }],
      ['role/apps of 111122223333 # the right to revoke the tokens of acme'],
    ],
    [
      'a prefix in place of a role below it',
      [base],
      [{ ...base, principals: [arn('apps*')] }],
      [`role/apps* of 111122223333 # ${ian}`.replace(' #', ' other than apps #')],
    ],
    [
      'a wider prefix, beside roles that hold something else',
      [other, { ...base, principals: [arn('apps-*')] }],
      [
        other,
        { ...base, principals: [arn('apps*')] },
        { ...other, id: 'x', principals: [arn('apps-1'), arn('appsb')], scopes: ['connect:fulfillment'] },
      ],
      [
        `role/apps* of 111122223333 other than apps-* # ${ian}`,
        'role/apps-1 of 111122223333 # connect:fulfillment by client_credentials for acme',
        'role/appsb of 111122223333 # connect:fulfillment by client_credentials for acme',
      ],
    ],
    [
      'a permission set, and one member of it',
      [{ ...base, principals: [arn('AWSReservedSSO_Ops_0123456789abcdef')] }],
      [{ ...base, principals: [arn('AWSReservedSSO_Ops_*')] }],
      [`role/AWSReservedSSO_Ops_* of 111122223333 other than AWSReservedSSO_Ops_0123456789abcdef # ${ian}`],
    ],
    [
      'a role of another account, and a user of the same name',
      [base],
      [
        {
          ...base,
          principals: [arn('apps'), arn('apps', '444455556666'), arn('apps').replace('role', 'user')],
        },
      ],
      [`user/apps of 111122223333 # ${ian}`, `role/apps of 444455556666 # ${ian}`],
    ],
    [
      'a combination that two grants did not permit',
      [
        { ...history, users: ['u'], retailerIds: ['g'] },
        { ...history, id: 'more', users: ['v'], retailerIds: ['h'] },
      ],
      [{ ...history, users: ['u', 'v'], retailerIds: ['g', 'h'] }],
      [
        `role/apps of 111122223333 # ${orders}, for user u, only with X-Retailer-Id h`,
        `role/apps of 111122223333 # ${orders}, for user v, only with X-Retailer-Id g`,
      ],
    ],
  ])('%s', (_what, before, after, expected) => {
    const [old, now] = [before, after].map((grants) =>
      grants.includes(other) ? grants : [other, ...grants],
    );
    const sign = (mark: string, verb: string) => expected.map((line) => `${mark} ${line.replace('#', verb)}`);
    const onlyAccess = (lines: string[]) => lines.filter((line) => !line.startsWith('*'));
    expect(onlyAccess(between(old ?? [], now ?? []))).toEqual(sign('+', 'gains'));
    expect(onlyAccess(between(now ?? [], old ?? []))).toEqual(sign('-', 'loses'));
  });
});

describe('no difference', () => {
  it.each<[string, Fields[], Fields[]]>([
    ['another id, another order', [base, other], [other, { ...base, id: 'renamed' }]],
    [
      'one grant split by scope',
      [{ ...base, scopes: ['connect:ian', 'connect:compliance'] }],
      [base, { ...base, id: 'b', scopes: ['connect:compliance'] }],
    ],
    [
      'one grant split by principal',
      [{ ...base, principals: [arn('apps'), arn('b')] }],
      [base, { ...base, id: 'b', principals: [arn('b')] }],
    ],
    [
      'one grant split by user',
      [{ ...history, users: ['u', 'v*'] }],
      [
        { ...history, users: ['u'] },
        { ...history, id: 'b', users: ['v*'] },
      ],
    ],
    ['a narrower grant beside a wider one', [history], [history, { ...history, id: 'b', users: ['test-1'] }]],
    [
      'a role beside a prefix that matches it',
      [{ ...base, principals: [arn('apps*')] }],
      [{ ...base, principals: [arn('apps*'), arn('appsb')] }],
    ],
    ['the longest min_ttl that the service allows', [base], [{ ...base, maxMinTtl: longestMinTtlSeconds }]],
    [
      'revoke in another grant for the same client',
      [base, { ...base, id: 'b', revoke: true }],
      [{ ...base, revoke: true }],
    ],
  ])('%s', (_what, before, after) => {
    expect(between(before, after)).toEqual([]);
    expect(between(after, before)).toEqual([]);
  });

  it('where the same tokens are kept warm or are not', () => {
    const warm = { ...goodPolicy(), keepWarm: [{ client: 'acme', scopes: ['connect:fulfillment'] }] };
    expect(linesBetween(toYaml(goodPolicy()), toYaml(warm as never))).toEqual([]);
  });
});

describe('a note', () => {
  it.each<[string, string, string, string[]]>([
    [
      'another server',
      policyText([base]),
      policyText([base], {
        acme: { secretName: 'connect/acme', baseUrl: 'https://connect.dev.instacart.tools' },
      }),
      [
        '* acme has another baseUrl, so the same grants open another door: it was https://connect.instacart.com and is https://connect.dev.instacart.tools',
      ],
    ],
    [
      'another secret',
      policyText([base]),
      policyText([base], { acme: { secretName: 'connect/acme-2' } }),
      [
        "* acme has another secret, so its tokens may be another application's: it was connect/acme and is connect/acme-2",
      ],
    ],
    [
      'a second client, though no grant names it',
      policyText([base]),
      policyText([base], { beta: { secretName: 'connect/beta' } }),
      ['* beta is a new client: its secret connect/beta goes to https://connect.instacart.com'],
    ],
    [
      'a second client for a caller that may have left client_id out',
      policyText([base], { beta: { secretName: 'connect/beta' } }),
      policyText([base, { ...base, id: 'b', client: 'beta' }], { beta: { secretName: 'connect/beta' } }),
      [
        '+ role/apps of 111122223333 gains connect:ian by client_credentials for beta',
        '* role/apps of 111122223333: a request without client_id meant acme and must name one now',
      ],
    ],
    [
      'another client for such a caller',
      policyText([base], { beta: { secretName: 'connect/beta' } }),
      policyText([{ ...base, client: 'beta' }], { beta: { secretName: 'connect/beta' } }),
      [
        '+ role/apps of 111122223333 gains connect:ian by client_credentials for beta',
        '- role/apps of 111122223333 loses connect:ian by client_credentials for acme',
        '* role/apps of 111122223333: a request without client_id meant acme and means beta',
      ],
    ],
    [
      'another path',
      policyText([{ ...base, principals: [arn('one/a')] }]),
      policyText([{ ...base, principals: [arn('two/a')] }]),
      [
        '* arn:aws:iam::111122223333:role/one/a is written arn:aws:iam::111122223333:role/two/a now: API Gateway compares the path',
      ],
    ],
    [
      'a second scope, for callers who name none',
      policyText([base]),
      policyText([{ ...base, scopes: ['connect:ian', 'connect:compliance'] }]),
      [
        '+ role/apps of 111122223333 gains connect:compliance by client_credentials for acme',
        '* role/apps of 111122223333: a request without scope by client_credentials for acme meant connect:ian and must name one now',
      ],
    ],
    [
      'the token without a scope, for callers who name none',
      policyText([base]),
      policyText([base, { ...base, id: 'b', scopes: undefined, unscoped: true }]),
      [
        '+ role/apps of 111122223333 gains the token without a scope by client_credentials for acme',
        '* role/apps of 111122223333: a request without scope by client_credentials for acme meant connect:ian and means the token without a scope',
      ],
    ],
  ])('%s', (_what, before, after, expected) => {
    expect(linesBetween(before, after)).toEqual(expected);
  });

  it('is none on a request without a scope that is new, or is no longer allowed', () => {
    const added = between([other], [other, base]);
    expect(added).toEqual(['+ role/apps of 111122223333 gains connect:ian by client_credentials for acme']);
    expect(between([other, base], [other])).toEqual([added[0]?.replace('+', '-').replace('gains', 'loses')]);
  });

  it('and a line name a principal with the path of the file, and several of them', () => {
    const pathed = { ...base, principals: [arn('apps/a')] };
    const more = { ...pathed, scopes: ['connect:ian', 'connect:compliance'] };
    expect(between([pathed], [more])).toEqual([
      '+ role/apps/a of 111122223333 gains connect:compliance by client_credentials for acme',
      expect.stringMatching(/^\* role\/apps\/a of 111122223333: a request without scope/),
    ]);
    const some = { ...base, principals: [arn('appsb'), arn('appsc')] };
    expect(between([some], [{ ...base, principals: [arn('apps*')] }])).toContain(
      '+ role/apps* of 111122223333 other than appsb, appsc gains connect:ian by client_credentials for acme',
    );
    expect(between([{ ...base, principals: [arn('apps'), arn('x/apps')] }], [base])).toEqual([
      `* ${arn('apps')} and ${arn('x/apps')} is written ${arn('apps')} now: API Gateway compares the path`,
    ]);
  });

  it('says nothing about a client that goes, or about a caller who had to name a scope before', () => {
    const two = { ...base, scopes: ['connect:ian', 'connect:compliance'] };
    expect(linesBetween(policyText([base], { beta: { secretName: 'b' } }), policyText([base]))).toEqual([]);
    expect(between([two], [base])).toEqual([
      '- role/apps of 111122223333 loses connect:compliance by client_credentials for acme',
    ]);
  });
});
