import { describe, expect, it } from 'vitest';
import { clientOf, good, handlerWith, jsonEvent, policy, vended } from '../support/http-handler.ts';

describe('the record of a request', () => {
  async function lineOf(event: object, options: Parameters<typeof handlerWith>[0] = {}) {
    const { invoke, lines } = handlerWith(options);
    await invoke(event);
    expect(lines).toHaveLength(1);
    return lines[0] ?? {};
  }

  it('says who asked for what, what was decided and why', async () => {
    const event = jsonEvent(good.client_credentials, { 'X-Retailer-Id': 'the-garden' });
    const line = await lineOf(event);
    expect(line).toMatchObject({
      request_id: 'gateway-request',
      function_request_id: 'lambda-request',
      caller: 'arn:aws:sts::111122223333:assumed-role/checkout-api/session',
      account: '111122223333',
      client: 'acme',
      grant_type: 'client_credentials',
      scopes: ['connect:fulfillment'],
      retailer_id: 'the-garden',
      grant_ids: ['checkout'],
      decision: 'allow',
      cache: 'memory',
      status: 200,
    });
    expect(line['remaining_seconds']).toBeGreaterThan(86_000);
    expect(line['token_sha256']).toMatch(/^[0-9a-f]{64}$/);
    expect(line['duration_ms']).toBeLessThan(5_000);
  });

  it('says so of a denied one too: its client and its scopes, but no grant', async () => {
    const line = await lineOf(jsonEvent({ ...good.client_credentials, scope: 'connect:ian' }));
    expect(line).toMatchObject({
      caller: 'arn:aws:sts::111122223333:assumed-role/checkout-api/session',
      client: 'acme',
      grant_type: 'client_credentials',
      scopes: ['connect:ian'],
      decision: 'deny',
      reason: 'scope',
      error: 'unauthorized_client',
      status: 403,
    });
    expect(line['grant_ids']).toBeUndefined();
  });

  it('has the client also where the policy has several', async () => {
    const rules = { ...policy, clients: [clientOf('acme'), clientOf('beta')] };
    expect(await lineOf(jsonEvent(good.client_credentials), { rules })).toMatchObject({ client: 'acme' });
  });

  it('never has a client that the policy lacks: a stranger chose its name', async () => {
    const line = await lineOf(jsonEvent({ ...good.client_credentials, client_id: 'canary' }));
    expect(JSON.stringify(line)).not.toContain('canary');
    expect(line).toMatchObject({ grant_type: 'client_credentials', reason: 'client' });
  });

  it('never has a secret, a user id or a URI', async () => {
    const { fulfillment_user_assertion: user, authorization_code: code, bearer } = good;
    for (const fields of [{ ...user, user_id: 'canary-user' }, code, bearer, user]) {
      const line = JSON.stringify(await lineOf(jsonEvent(fields)));
      expect(line).not.toMatch(/canary|alice|shop\.example/);
    }
  });

  it.each([
    ['an ARN that is none of a caller', 'arn:aws:iam::111122223333:root', '111122223333', '111122223333'],
    ['no ARN', undefined, '111122223333', '111122223333'],
    ['no ARN and no account', undefined, undefined, undefined],
    ['an account that is none', 'canary', '1111222233334', undefined],
    ['an account with more before it', 'canary', 'x111122223333', undefined],
  ])('has the account of a signer with %s', async (_what, userArn, accountId, account) => {
    const event = jsonEvent(good.client_credentials);
    const requestContext = { ...event.requestContext, identity: { userArn, accountId } };
    const line = await lineOf({ ...event, requestContext });
    expect([line['caller'], line['account'], line['reason']]).toEqual([undefined, account, 'caller']);
  });

  it('has whoever sends a malformed request', async () => {
    const line = await lineOf({ ...jsonEvent({}), body: 'canary' });
    expect(line).toMatchObject({ account: '111122223333', reason: 'body', decision: 'deny' });
    expect(line['caller']).toContain('checkout-api');
    expect(JSON.stringify(line)).not.toContain('canary');
  });

  it('says of the mint and the table what the token cache says', async () => {
    const minted = {
      outcome: { kind: 'unavailable', retryAfterMs: undefined, isAnswered: true } as const,
      secretVersionId: 'v1',
      secretAgeMs: undefined,
      refusedCredentials: 0,
      isCurrentBad: false,
      attempts: 2,
      evidence: { status: 503, oauthError: 'temporarily_unavailable' },
      upstreamMs: 7,
      fault: undefined,
    };
    const vendToken = async () => vended({}, { minted, tableFault: 'table is slow' });
    expect(await lineOf(jsonEvent(good.client_credentials), { vendToken })).toMatchObject({
      mint: 'upstream_unavailable',
      attempts: 2,
      upstream_status: 503,
      upstream_error: 'temporarily_unavailable',
      secret_version_id: 'v1',
      upstream_ms: 7,
      table_fault: 'table is slow',
      status: 200,
    });
  });
});
