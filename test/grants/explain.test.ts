import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../infra/commands/policy/explanation.ts';
import { arn, type Fields, policyOnDisk } from './policy-on-disk.ts';
import { run } from './run.ts';

const session = 'arn:aws:sts::111122223333:assumed-role/checkout/i-0abc';
const ian: Fields = {
  id: 'ian',
  principals: [arn('checkout')],
  client: 'acme',
  grantType: 'client_credentials',
  scopes: ['connect:ian'],
  retailerIds: ['the-garden'],
  maxMinTtl: 3600,
};
const history: Fields = {
  ...ian,
  id: 'history',
  grantType: 'fulfillment_user_assertion',
  scopes: ['connect:post_checkout'],
  users: ['test-*'],
  maxMinTtl: undefined,
};
const linking: Fields = {
  id: 'linking',
  principals: [arn('checkout')],
  client: 'acme',
  grantType: 'authorization_code',
  scopes: ['account_linking'],
  redirectUris: ['https://shop.example/one'],
};
const everything: Fields = {
  ...ian,
  id: 'everything',
  principals: [arn('reconciliation')],
  scopes: undefined,
  retailerIds: undefined,
  maxMinTtl: undefined,
  unscoped: true,
};
const file = policyOnDisk([ian, history, linking, everything]);
const several = policyOnDisk(
  [ian, { ...history, client: 'beta' }, { ...linking, principals: [arn('linker')], client: 'beta' }],
  { beta: { secretName: 'connect/beta' } },
);

const ask = (principal: string, grantType: string, ...more: string[]) => [
  ...['explain', '--policy', file, '--principal', principal, '--grant-type', grantType],
  ...more,
];
const asUser = (...more: string[]) => ask(session, 'fulfillment_user_assertion', ...more);

async function explain(args: string[]) {
  const { code, out } = await run([...args, '--json']);
  const explanation: Explanation = JSON.parse(out);
  return { code, ...explanation };
}

describe('explain', () => {
  it.each<[string, string[], Fields]>([
    [
      'the one scope of a request without one',
      ask(session, 'client_credentials'),
      { grants: ['ian'], scopes: ['connect:ian'] },
    ],
    [
      'the token without a scope',
      ask(arn('x/reconciliation'), 'client_credentials'),
      { grants: ['everything'], scopes: [] },
    ],
    [
      'a user below a prefix',
      asUser('--user', 'test-1', '--retailer-id', 'the-garden'),
      { grants: ['history'] },
    ],
    [
      'a registered redirect URI',
      ask(session, 'authorization_code', '--redirect-uri', 'https://shop.example/one'),
      { grants: ['linking'] },
    ],
  ])('allows %s', async (_what, args, expected) => {
    const allowed = { code: 0, allow: true, reason: null, status: null, error: null, description: null };
    expect(await explain(args)).toMatchObject({ ...allowed, nearest: null, ...expected });
  });

  it.each<[string, string[], string, string]>([
    [
      'caller',
      ask(arn('till'), 'client_credentials'),
      'ian',
      'its principals do not match role/till of 111122223333: add it',
    ],
    [
      'client',
      [...ask(session, 'client_credentials'), '--client', 'gamma'],
      'ian',
      'it is for client acme, not gamma: write a grant for that client',
    ],
    [
      'grant_type',
      ask(arn('reconciliation'), 'authorization_code', '--redirect-uri', 'https://shop.example/one'),
      'everything',
      'it is for grantType client_credentials, not authorization_code: write a grant with that grantType',
    ],
    [
      'scope',
      ask(session, 'client_credentials', '--scope', 'connect:compliance'),
      'ian',
      'its scopes are connect:ian: add connect:compliance',
    ],
    [
      'scope',
      ask(arn('reconciliation'), 'client_credentials', '--scope', 'connect:ian'),
      'everything',
      'it is for the token without a scope: write a grant for connect:ian',
    ],
    ['user', asUser('--user', 'u 1'), 'history', 'it is for users test-*: add "u 1" to its users'],
    [
      'redirect_uri',
      ask(session, 'authorization_code', '--redirect-uri', 'https://shop.example/two'),
      'linking',
      'its redirectUris are https://shop.example/one: add https://shop.example/two',
    ],
    [
      'retailer_id',
      ask(session, 'client_credentials', '--retailer-id', 'the-barn'),
      'ian',
      'its retailerIds are the-garden: add the-barn',
    ],
    [
      'retailer_id',
      ask(arn('reconciliation'), 'client_credentials', '--retailer-id', 'the-barn'),
      'everything',
      'it has no retailerIds: add the-barn',
    ],
    [
      'max_min_ttl',
      ask(session, 'client_credentials', '--min-ttl', '3601'),
      'ian',
      'its maxMinTtl is 3600: raise it to 3601',
    ],
  ])('denies by %s, and names the nearest grant', async (reason, args, grant, text) => {
    const answer = await explain(args);
    expect(answer).toMatchObject({
      code: 1,
      allow: false,
      grants: [],
      reason,
      status: 403,
      error: 'unauthorized_client',
    });
    expect(answer.nearest).toMatchObject({ grant, takes: expect.arrayContaining([{ reason, text }]) });
    expect(answer.nearest?.takes[0]).toEqual({ reason, text });
  });

  it('says all that the nearest grant takes, and which of several scopes it is about', async () => {
    const two = ['--scope', 'connect:ian', '--scope', 'connect:compliance'];
    expect((await explain(ask(session, 'client_credentials', ...two, '--min-ttl', '60'))).nearest).toEqual({
      grant: 'ian',
      scope: 'connect:compliance',
      takes: [{ reason: 'scope', text: 'its scopes are connect:ian: add connect:compliance' }],
    });
    const { nearest } = await explain(asUser('--user', 'u', '--retailer-id', 'the-barn'));
    expect(nearest?.takes.map(({ reason }) => reason)).toEqual(['user', 'retailer_id']);
  });

  it('answers as the function does where the request itself is wrong', async () => {
    expect(
      await explain(ask(session, 'client_credentials', '--scope', 'connect:post_checkout')),
    ).toMatchObject({
      ...{
        code: 1,
        reason: 'scope_needs_another_grant_type',
        status: 400,
        error: 'invalid_scope',
        nearest: null,
      },
    });
  });

  it('tells it to people', async () => {
    expect(await run(ask(session, 'client_credentials'))).toEqual({
      code: 0,
      out: 'Allowed: connect:ian, by grant ian\n',
      err: '',
    });
    const { code, out } = await run(ask(session, 'client_credentials', '--scope', 'connect:compliance'));
    expect([code, ...out.split('\n')]).toEqual([
      1,
      'Denied: reason scope',
      expect.stringMatching(
        /^The caller gets 403 unauthorized_client: You signed as .*that scope .*\(reason: scope\)$/,
      ),
      'The nearest grant for connect:compliance is ian:',
      '  scope: its scopes are connect:ian: add connect:compliance',
      '',
    ]);
  });

  it('takes the one client that the caller is granted, and asks where there are several', async () => {
    const by = (who: string, ...more: string[]) => [
      'explain',
      '--policy',
      several,
      '--principal',
      arn(who),
      '--grant-type',
      ...more,
    ];
    const uri = ['--redirect-uri', 'https://shop.example/one'];
    expect(await explain(by('linker', 'authorization_code', ...uri))).toMatchObject({
      code: 0,
      allow: true,
    });
    await expect(run(by('checkout', 'client_credentials'))).rejects.toThrow(
      /^--client is needed: the caller is granted acme and beta$/,
    );
    expect(await explain(by('checkout', 'client_credentials', '--client', 'acme'))).toMatchObject({
      code: 0,
    });
    expect(await explain(by('stranger', 'client_credentials'))).toMatchObject({ code: 1, reason: 'caller' });
  });
});
