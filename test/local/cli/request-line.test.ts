import { describe, expect, it } from 'vitest';
import { resourcePolicy } from '../../../infra/api/resource-policy.ts';
import { authorise } from '../emulators/authorisation.ts';
import type { GatewayVerdict } from '../emulators/gateway-answers.ts';
import type { Answered } from '../emulators/gateway-emulator.ts';
import { verdictInWords } from './gateway-words.ts';
import { auditInOneLine, requestLines } from './request-line.ts';

const role = (account: string, name = 'apps/checkout-api') => ({
  accessKeyId: 'example-checkout-api',
  secretAccessKey: 'not-a-secret',
  principalArn: `arn:aws:iam::${account}:role/${name}`,
});
const own = role('111122223333');
const statements = (principals: readonly string[]) => resourcePolicy(principals).document.Statement;
const listed = statements([own.principalArn, role('222233334444').principalArn]);

const denied = (caller = own, account?: string, policy = listed) => {
  const decision = authorise(policy, caller, account === undefined ? {} : { account });
  expect(decision.isAllowed).toBe(false);
  return verdictInWords({ kind: 'ACCESS_DENIED', decision }, caller, [own]);
};

describe("API Gateway's verdict in words", () => {
  it('says that nobody signed', () => {
    const verdict = { kind: 'MISSING_AUTHENTICATION_TOKEN', because: '' } as const;
    expect(verdictInWords(verdict, undefined, [own])).toMatch(/^Nobody signed: /);
  });

  it.each([
    [
      'example-checkout-api',
      'wrong signature',
      'It names the key example-checkout-api of role/apps/checkout-api of 111122223333. The signature is refused: wrong signature',
    ],
    [
      'AKIAUNKNOWN',
      'unknown access key',
      'It names the key AKIAUNKNOWN. The signature is refused: unknown access key',
    ],
    [undefined, 'no Credential of five parts', 'The signature is refused: no Credential of five parts'],
  ])('says whose key the signature names: %s', (accessKeyId, because, words) => {
    const verdict = { kind: 'INVALID_SIGNATURE', because, ...(accessKeyId && { accessKeyId }) } as const;
    expect(verdictInWords(verdict, undefined, [own])).toBe(words);
  });

  it('says whose account is not listed', () => {
    expect(denied(role('999988887777'))).toBe(
      'Signed with the key example-checkout-api as role/apps/checkout-api of 999988887777. The signature is right. The resource ' +
        'policy does not list its account 999988887777: no principal of the policy file is of it',
    );
  });

  it('says who is like no principal', () => {
    expect(denied(role('111122223333', 'stranger'))).toMatch(
      /as role\/stranger of 111122223333\. .* denies it: its ARN is like none of the principals of the policy file/,
    );
  });

  it('says what a caller of another account lacks', () => {
    expect(denied(role('222233334444'))).toMatch(
      /lets it in, but 222233334444 is not the API's account, 111122223333: .* identityPolicyAllows: true .* --account 222233334444 /,
    );
    expect(denied(own, '222233334444')).toMatch(/111122223333 is not the API's account, 222233334444/);
  });

  it('names the condition of any other denial', () => {
    const network = resourcePolicy([own.principalArn], ['vpce-1']).document.Statement;
    expect(denied(own, undefined, network)).toMatch(/denies it: StringNotEquals aws:SourceVpce$/);
  });

  it.each([
    'noSuchApi',
    'tooLarge',
    'THROTTLED',
    'INTEGRATION_TIMEOUT',
    'INTEGRATION_FAILURE',
    'DEFAULT_5XX',
  ] as const)('has a sentence for %s', (kind) => {
    expect(verdictInWords({ kind } satisfies GatewayVerdict, undefined, [])).toMatch(/^[A-Z][^\n]{10,}$/);
  });
});

const time = new Date(2027, 0, 31, 9, 5, 7);
const good: Answered = {
  requestId: '5b1f0000-0000-4000-8000-000000000000',
  caller: own,
  method: 'POST',
  path: '/v2/oauth/token',
  status: 200,
  headers: { 'cache-status': 'connect-token-vending; hit; detail=table; ttl=86399' },
  body: '{"access_token":"canary","expires_in":86399,"scope":"connect:fulfillment"}',
  durationMs: 12.4,
  verdict: undefined,
};
const audit = { request_id: good.requestId, scopes: ['connect:fulfillment'], _aws: {} };
const lines = (answered: Partial<Answered>, more: object = {}) =>
  requestLines({ ...good, ...answered }, { ...audit, ...more }, [own], time);
const failed = (error: string) => JSON.stringify({ error, error_description: 'Because.' });

describe('the line of a request', () => {
  it.each([
    [
      'a vend',
      {},
      {},
      '200  checkout-api  connect:fulfillment  expires in 86399 s  hit; detail=table; ttl=86399  12 ms  ',
    ],
    [
      'an unscoped one',
      {},
      { scopes: [] },
      '200  checkout-api  unscoped  expires in 86399 s  hit; detail=table; ttl=86399  12 ms  ',
    ],
    [
      'a revocation',
      { path: '/v2/oauth/token/revoke', headers: {}, body: '{}' },
      {},
      '200  checkout-api  revoke  revoked  12 ms  ',
    ],
    [
      'a denial',
      { status: 403, headers: {}, body: failed('unauthorized_client') },
      { reason: 'scope' },
      '403  checkout-api  connect:fulfillment  unauthorized_client  reason scope  12 ms  ',
    ],
    [
      'a request that is to wait',
      { status: 503, headers: { 'retry-after': '30' }, body: failed('temporarily_unavailable') },
      { reason: 'back_off' },
      '503  checkout-api  connect:fulfillment  temporarily_unavailable  reason back_off  Retry-After 30 s  12 ms  ',
    ],
    [
      'another path',
      { path: '/', method: 'GET', status: 404, headers: {}, body: failed('invalid_request') },
      { scopes: undefined },
      '404  checkout-api  GET /  invalid_request  12 ms  ',
    ],
    [
      'a body that is no JSON',
      { status: 413, headers: {}, body: 'HTTP' },
      { scopes: undefined },
      '413  checkout-api  12 ms  ',
    ],
  ])('has what matters of %s', (_what, answered, more, expected) => {
    const [line] = lines(answered, more).split('\n');
    expect(line).toBe(`09:05:07  ${expected}${good.requestId}`);
  });

  it('is followed by what callers are told, and by causes and faults', () => {
    const answered = { status: 503, body: failed('temporarily_unavailable') };
    const more = { cause: 'upstream_unavailable', fault: 'AWSCURRENT: x', table_fault: 'DynamoDB: y' };
    expect(lines(answered, more).split('\n').slice(1)).toEqual([
      '          Because.',
      '          cause: upstream_unavailable',
      '          fault: AWSCURRENT: x',
      '          table_fault: DynamoDB: y',
    ]);
  });

  it("is followed by API Gateway's own reason in place of what callers are told", () => {
    const answered = {
      caller: undefined,
      status: 429,
      headers: {},
      body: failed('slow_down'),
      verdict: { kind: 'THROTTLED' },
    } as const;
    const all = requestLines({ ...good, ...answered }, undefined, [own], time);
    expect(all).toBe(
      `09:05:07  429  (nobody)  slow_down  12 ms  ${good.requestId}\n          API Gateway: API Gateway throttles`,
    );
  });

  it('has the whole audit line on demand, without the metrics’ frame, and never a token', () => {
    expect(auditInOneLine(audit)).toBe(
      `          {"request_id":"${good.requestId}","scopes":["connect:fulfillment"]}`,
    );
    expect(auditInOneLine(undefined)).toContain('no audit line');
    expect(lines({})).not.toContain('canary');
  });
});
