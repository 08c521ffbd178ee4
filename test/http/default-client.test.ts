import { describe, expect, it } from 'vitest';
import { defaultClient } from '../../lambda/http/default-client.ts';
import {
  clientOf,
  good,
  grantOf,
  handlerWith,
  jsonEvent,
  policy,
  refusalOf,
} from '../support/http-handler.ts';

const { client_id: _, ...withoutClient } = good.client_credentials;
const clients = ['acme', 'beta', 'gamma'].map(clientOf);
const stranger = [
  { partition: 'aws', account: '111122223333', kind: 'role', name: 'other', match: 'exact' },
] as const;
const ofOthers = grantOf({ id: 'others', client: 'gamma', principals: stranger });
const linkingForBeta = grantOf({
  id: 'beta',
  client: 'beta',
  grantType: 'authorization_code',
  scopes: ['account_linking'],
  redirectUris: ['https://shop.example/callback'],
});

describe('a request without a client', () => {
  it.each([
    ['no client_id', withoutClient],
    ['an empty one', { ...withoutClient, client_id: '' }],
    ['null', { ...withoutClient, client_id: null }],
  ])('(%s) means the one that its caller is granted, whatever others are', async (_what, fields) => {
    const { invoke, vends, lines } = handlerWith({
      rules: { ...policy, clients, grants: [...policy.grants, ofOthers] },
    });
    expect((await invoke(jsonEvent(fields))).statusCode).toBe(200);
    expect(vends.map(({ mintRequest }) => mintRequest.client.name)).toEqual(['acme']);
    expect(lines).toMatchObject([{ client: 'acme', decision: 'allow' }]);
  });

  it('and without a scope means the one client’s one scope', async () => {
    const { invoke, vends } = handlerWith({ rules: { ...policy, clients } });
    await invoke(jsonEvent({ grant_type: 'client_credentials' }));
    expect(vends.map(({ mintRequest: { client, scopes } }) => [client.name, scopes])).toEqual([
      ['acme', ['connect:fulfillment']],
    ]);
  });

  it('is told the clients that its caller is granted by any grant type, where there are several', async () => {
    const rules = { ...policy, clients, grants: [linkingForBeta, ...policy.grants, ofOthers] };
    const { invoke, lines } = handlerWith({ rules });
    expect(await refusalOf(jsonEvent(withoutClient), { rules })).toMatchObject({
      status: 400,
      error: 'invalid_request',
      reason: 'client_needed',
      description: 'Send client_id. You are granted: acme, beta. (reason: client_needed)',
      vends: 0,
    });
    await invoke(jsonEvent(withoutClient));
    expect(lines[0]).toMatchObject({ decision: 'deny', reason: 'client_needed' });
    expect(lines[0]?.['client']).toBeUndefined();
  });

  it.each([
    ['of a policy with several clients', clients],
    ['of a policy with one client', [clientOf('acme')]],
  ])('of a caller who is granted nothing is refused for its caller: %s', async (_of, some) => {
    const rules = { ...policy, clients: some, grants: [grantOf({ principals: stranger })] };
    const { invoke, lines } = handlerWith({ rules });
    expect(await refusalOf(jsonEvent(withoutClient), { rules })).toMatchObject({
      status: 403,
      error: 'unauthorized_client',
      reason: 'caller',
      description:
        'You signed as role/checkout-api of 111122223333. The policy grants you nothing. (reason: caller)',
      vends: 0,
    });
    await invoke(jsonEvent(withoutClient));
    expect(lines[0]?.['client']).toBeUndefined();
  });

  it('has no default where nothing is granted', () => {
    const api = { partition: 'aws', account: '111122223333', kind: 'role', name: 'api' } as const;
    expect(() => defaultClient({ ...policy, grants: [ofOthers] }, api)).toThrow(
      'The policy grants you nothing.',
    );
    expect(defaultClient(policy, { ...api, name: 'checkout-api' })).toBe('acme');
  });

  it('that is denied is recorded with the client that it meant', async () => {
    const { invoke, lines } = handlerWith({ rules: { ...policy, clients } });
    await invoke(jsonEvent({ ...withoutClient, scope: 'connect:ian' }));
    expect(lines).toMatchObject([{ client: 'acme', decision: 'deny', reason: 'scope' }]);
  });

  it('is refused for its scope first, and for who signed it', async () => {
    const rules = { ...policy, clients, grants: [linkingForBeta, ...policy.grants] };
    const event = jsonEvent({ ...withoutClient, scope: 'connect:none' });
    expect((await refusalOf(event, { rules })).reason).toBe('unknown_scope');
    const { requestContext } = event;
    const identity = { userArn: 'arn:aws:iam::111122223333:root', accountId: '111122223333' };
    const ofRoot = { ...jsonEvent(withoutClient), requestContext: { ...requestContext, identity } };
    expect(await refusalOf(ofRoot, { rules })).toMatchObject({
      reason: 'caller',
      description:
        'You signed with credentials of account 111122223333. Only IAM roles and IAM users can get tokens. (reason: caller)',
    });
  });
});
