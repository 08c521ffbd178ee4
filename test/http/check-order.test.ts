import { describe, expect, it } from 'vitest';
import { good, jsonEvent, refusalOf } from '../support/http-handler.ts';

/** Each is wrong in one thing, in the order in which the contract checks them. */
const event = jsonEvent(good.client_credentials);
const steps: ReadonlyArray<readonly [reason: string, wrong: (of: typeof event) => typeof event]> = [
  ['query', (of) => ({ ...of, queryStringParameters: { code: 'x' } as never })],
  ['path', (of) => ({ ...of, path: '/', pathParameters: { proxy: '' } })],
  ['method', (of) => ({ ...of, httpMethod: 'GET' })],
  ['content_type', (of) => ({ ...of, headers: {} as never, multiValueHeaders: {} as never })],
  ['size', (of) => ({ ...of, body: `${of.body}${' '.repeat(16_384)}` })],
  ['credential_in_body', withFields({ client_secret: 'canary' })],
  ['field', withFields({ min_ttl: -1 })],
  ['unsupported_grant_type', withFields({ grant_type: 'password' })],
  ['unknown_scope', withFields({ scope: 'connect:none' })],
  [
    'caller',
    (of) => ({
      ...of,
      requestContext: { ...of.requestContext, identity: { userArn: '', accountId: '111122223333' } },
    }),
  ],
];

function withFields(fields: object): (of: typeof event) => typeof event {
  return (of) => ({ ...of, body: JSON.stringify({ ...JSON.parse(of.body), ...fields }) });
}

describe('a request that is wrong in all that comes after', () => {
  it.each(steps.map(([reason], index) => [reason, index] as const))('is told %s', async (reason, index) => {
    const wrong = steps
      .slice(index)
      .toReversed()
      .reduce((of, [, spoil]) => spoil(of), event);
    expect((await refusalOf(wrong)).reason).toBe(reason);
  });
});

describe('a method other than POST', () => {
  it('is told the one that is allowed, in words and in a header', async () => {
    const { status, description, headers } = await refusalOf({ ...event, httpMethod: 'GET' });
    expect([status, description]).toEqual([405, 'Use POST. (reason: method)']);
    expect(headers?.['Allow']).toBe('POST');
  });
});
