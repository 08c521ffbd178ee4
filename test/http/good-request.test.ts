import { describe, expect, it } from 'vitest';
import type { Subject } from '../../lambda/tokens/mint-request.ts';
import { clientOf, good, grantOf, handlerWith, jsonEvent, policy } from '../support/http-handler.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const { client_credentials: application, fulfillment_user_assertion: user, authorization_code: code } = good;
const { user_id: _, ...withoutUser } = user;

describe('a good request', () => {
  const bare = (subject: Subject | undefined): unknown => {
    if (subject?.kind === 'opaque') return { kind: subject.kind, assertion: subject.assertion.reveal() };
    if (subject?.kind === 'code') return { ...subject, code: subject.code.reveal() };
    return subject;
  };

  it.each([
    ['an application', application, { kind: 'application' }],
    ['a user', user, { kind: 'user', userId: 'alice' }],
    [
      'a user, by assertion',
      { ...withoutUser, assertion: base64('{ "user_id": "alice" }') },
      { kind: 'user', userId: 'alice' },
    ],
    ['a retailer’s user', good.bearer, { kind: 'opaque', assertion: 'canary-assertion' }],
    ['a code', code, { kind: 'code', code: 'canary-code', redirectUri: 'https://shop.example/callback' }],
  ])('of %s reaches the token cache as it was meant', async (_whose, fields, subject) => {
    const { invoke, vends } = handlerWith();
    expect((await invoke(jsonEvent(fields))).statusCode).toBe(200);
    expect(
      vends.map(({ mintRequest: { client, grantType, subject: of } }) => [client.name, grantType, bare(of)]),
    ).toEqual([['acme', fields.grant_type, subject]]);
    expect(vends[0]).toMatchObject({ minTtlMs: 0, refusedSha256: undefined });
  });

  it('may have fields that it does not need: they are ignored', async () => {
    const { invoke } = handlerWith();
    const fields = {
      ...application,
      user_id: 'bob',
      code: 'x',
      redirect_uri: 'x',
      assertion: 'x',
      more: [1],
    };
    expect((await invoke(jsonEvent(fields))).statusCode).toBe(200);
  });

  it('may name a private scope of any client of the policy', async () => {
    const acme = { ...clientOf('acme'), privateScopes: { mine: ['client_credentials'] } as const };
    const rules = { ...policy, clients: [acme], grants: [grantOf({ scopes: ['mine'] })] };
    const { invoke, vends } = handlerWith({ rules });
    await invoke(jsonEvent({ ...application, scope: 'mine' }));
    expect(vends[0]?.mintRequest.scopes).toEqual(['mine']);
  });
});
