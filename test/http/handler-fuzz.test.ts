import type { APIGatewayProxyResult } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventOf, handlerWith } from '../support/http-handler.ts';

function expectWellFormed(answer: APIGatewayProxyResult): void {
  expect(Number.isInteger(answer.statusCode)).toBe(true);
  expect(answer.headers).toMatchObject({
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
  });
  const body = JSON.parse(answer.body);
  if (answer.statusCode === 200) {
    expect(body).toMatchObject({ access_token: 'canary-token', token_type: 'Bearer' });
  } else {
    expect(Object.keys(body).sort()).toEqual(['error', 'error_description', 'request_id']);
    for (const value of Object.values(body)) expect(typeof value).toBe('string');
  }
}

const strange = fc.oneof(
  fc.constantFrom(
    null,
    undefined,
    '',
    'x',
    0,
    -1,
    Number.NaN,
    true,
    [],
    {},
    '__proto__',
    '{"a":1}',
    'null',
    '[]',
  ),
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
);

describe('the handler', () => {
  it('answers any event in well-formed JSON, records it once, and never throws', async () => {
    const { invoke, lines, bugs } = handlerWith();
    const fields = [...Object.keys(eventOf()), 'requestContext.identity', 'requestContext.requestTimeEpoch'];
    const events = fc.oneof(
      strange,
      fc.object(),
      fc.tuple(fc.constantFrom(...fields), strange).map(([field, value]) => {
        const event = eventOf() as Record<string, unknown> & { requestContext: Record<string, unknown> };
        const [outer, inner] = field.split('.') as [string, string?];
        if (inner === undefined) event[outer] = value;
        else event.requestContext[inner] = value;
        return event;
      }),
      fc
        .record(
          {
            grant_type: fc.oneof(fc.constant('client_credentials'), strange),
            scope: strange,
            client_id: strange,
            min_ttl: strange,
            user_id: strange,
            assertion: strange,
          },
          { requiredKeys: [] },
        )
        .map((body) => eventOf({ body: JSON.stringify(body) })),
    );
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(events, async (event) => {
        expectWellFormed(await invoke(event));
        asked += 1;
        expect(lines).toHaveLength(asked);
      }),
      { numRuns: 5_000 },
    );
    expect(bugs).toEqual([]);
    expect(lines.some(({ status }) => status === 200)).toBe(true);
  });
});
