import { describe, expect, it } from 'vitest';
import {
  clientOf,
  good,
  grantOf,
  handlerWith,
  jsonEvent,
  policy,
  refusalOf,
} from '../support/http-handler.ts';

const { scope: _scope, ...withoutScope } = good.client_credentials;

describe('a request without a scope', () => {
  const unscoped = grantOf({ id: 'transactions', scopes: [], unscoped: true });
  const two = grantOf({ id: 'two', scopes: ['connect:ian', 'connect:compliance'] });

  it('means the one scope that the caller is granted', async () => {
    const { invoke, vends } = handlerWith();
    await invoke(jsonEvent(withoutScope));
    expect(vends[0]?.mintRequest.scopes).toEqual(['connect:fulfillment']);
  });

  it.each([[[unscoped]], [[unscoped, two]], [[two, unscoped]]])(
    'means the unscoped token where that is granted, whatever else is',
    async (grants) => {
      const { invoke, vends } = handlerWith({ rules: { ...policy, grants } });
      await invoke(jsonEvent(withoutScope));
      expect(vends[0]?.mintRequest.scopes).toEqual([]);
    },
  );

  it('is refused where several are granted, and told them', async () => {
    const rules = { ...policy, grants: [two, grantOf({})] };
    expect(await refusalOf(jsonEvent(withoutScope), { rules })).toMatchObject({
      status: 400,
      error: 'invalid_scope',
      reason: 'scope_needed',
      description: expect.stringContaining('connect:compliance, connect:fulfillment, connect:ian'),
      vends: 0,
    });
  });
});

describe('a request that is not granted', () => {
  const { fulfillment_user_assertion: user, authorization_code: code } = good;
  const { scope: _of, ...userWithoutScope } = user;
  const stranger = (fields: object) => {
    const event = jsonEvent(fields);
    const identity = {
      userArn: 'arn:aws:sts::111122223333:assumed-role/stranger/session',
      accountId: '111122223333',
    };
    return { ...event, requestContext: { ...event.requestContext, identity } };
  };

  it.each([
    ['caller', stranger(good.client_credentials), /as role\/stranger of 111122223333\. .*grants you nothing/],
    ['caller', stranger(withoutScope), /as role\/stranger of 111122223333\. .*grants you nothing/],
    [
      'client',
      jsonEvent({ ...good.client_credentials, client_id: 'absent' }),
      /client_id.* granted: acme, beta\./,
    ],
    ['client', jsonEvent({ ...withoutScope, client_id: 'absent' }), /client_id.* granted: acme, beta\./],
    ['grant_type', jsonEvent({ ...user, client_id: 'beta' }), /grant_type.* for it: client_credentials\./],
    [
      'grant_type',
      jsonEvent({ ...userWithoutScope, client_id: 'beta' }),
      /grant_type.* for it: client_credentials\./,
    ],
    [
      'scope',
      jsonEvent({ ...good.client_credentials, scope: 'connect:ian' }),
      /that scope.*: connect:fulfillment\./,
    ],
    [
      'scope',
      jsonEvent({ ...good.client_credentials, scope: 'connect:fulfillment connect:ian' }),
      /all of those scopes/,
    ],
    ['user', jsonEvent({ ...user, user_id: 'bob' }), /grant you that user\. \(/],
    [
      'redirect_uri',
      jsonEvent({ ...code, redirect_uri: 'https://shop.example/other' }),
      /redirect_uri.*request: https:\/\/shop.example\/callback\./,
    ],
    [
      'retailer_id',
      jsonEvent(good.client_credentials, { 'X-Retailer-Id': 'other' }),
      /X-Retailer-Id.*request: the-garden\./,
    ],
  ])('is told %s', async (reason, event, description) => {
    const rules = {
      ...policy,
      clients: [clientOf('acme'), clientOf('beta')],
      grants: [...policy.grants, grantOf({ id: 'beta', client: 'beta' })],
    };
    expect(await refusalOf(event, { rules })).toMatchObject({
      status: 403,
      error: 'unauthorized_client',
      reason,
      description: expect.stringMatching(description),
      vends: 0,
    });
  });
});
