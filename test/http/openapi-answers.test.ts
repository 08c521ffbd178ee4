import { describe, expect, it } from 'vitest';
import { gatewayBody, gatewayHeaders, gatewayResponses } from '../../infra/api/gateway-responses.ts';
import { reasonsOf } from '../../infra/openapi/operation-reasons.ts';
import { OAuthError, type Reason, reasons } from '../../lambda/http/oauth-error.ts';
import { errorResponse } from '../../lambda/http/responses.ts';
import { retryAfterHeader, revocationPath, tokenPath } from '../../lambda/protocol/contract.ts';
import { undocumented } from '../support/openapi.ts';

// Every answer of the front door is compared as well, where a test reads it: test/support/answer.ts does it.

/** A header list as an answer has it. */
const read = (status: number, headers: object, body: string) => ({
  status,
  headers: new Headers(headers as Record<string, string>),
  body: JSON.parse(body) as Record<string, unknown>,
});
const answerFor = (reason: Reason, headers: Record<string, string> = {}) => {
  const result = errorResponse(new OAuthError(reason, 'Some text.', headers), 'the-id');
  return read(result.statusCode, result.headers ?? {}, result.body);
};

describe.each([
  ['token', tokenPath],
  ['revocation', revocationPath],
] as const)('an answer to a %s request is as documented', (operation, path) => {
  it.each(reasonsOf(operation))('for reason %s', (reason) => {
    const { status } = reasons[reason];
    const headers = status === 503 ? retryAfterHeader(1_000) : status === 405 ? { Allow: 'POST' } : {};
    expect(undocumented(path, answerFor(reason, headers))).toEqual([]);
  });

  it.each(gatewayResponses)('where API Gateway says $type', (response) => {
    for (const status of response.status === undefined ? [402, 410, 431] : [response.status]) {
      const answer = read(status, gatewayHeaders(response), gatewayBody(response));
      expect(undocumented(path, answer)).toEqual([]);
    }
  });
});

describe('an answer is not as documented', () => {
  const good = answerFor('scope');
  const down = answerFor('upstream_unavailable', retryAfterHeader(1_000));
  const token = read(200, Object.fromEntries(good.headers), '{}');
  const without = (name: string) => {
    const headers = new Headers(good.headers);
    headers.delete(name);
    return { ...good, headers };
  };

  it.each([
    ['without request_id', { ...good, body: { ...good.body, request_id: undefined } }, /request_id/],
    ['with an unknown error', { ...good, body: { ...good.body, error: 'forbidden' } }, /error must be equal/],
    ['with the error of another status', { ...good, status: 400 }, /error must be equal/],
    [
      'with an unknown reason',
      { ...good, body: { ...good.body, error_description: 'No. (reason: mood)' } },
      /pattern/,
    ],
    [
      'with another status’s reason',
      { ...good, body: { ...good.body, error_description: 'No. (reason: field)' } },
      /pattern/,
    ],
    ['with a revocation’s reason', answerFor('revoke'), /pattern/],
    ['as 503 without Retry-After', answerFor('upstream_unavailable'), /Retry-After is missing/],
    [
      'with a Retry-After of 0',
      { ...down, headers: new Headers([...down.headers, ['retry-after', '0']]) },
      /Retry-After/,
    ],
    ['as 403 with Retry-After', answerFor('scope', retryAfterHeader(1)), /Retry-After is there/],
    ['as 405 without Allow', answerFor('method'), /Allow is missing/],
    ['without Cache-Control', without('cache-control'), /Cache-Control is missing/],
    ['without Pragma', without('pragma'), /Pragma is missing/],
    [
      'as text',
      { ...good, headers: new Headers([...without('content-type').headers, ['content-type', 'text/plain']]) },
      /no content of type text\/plain/,
    ],
    ['of a status that no answer has', { ...good, status: 302 }, /no response of status 302/],
    ['as a token without one', token, /access_token/],
    ['as a token without Cache-Status', token, /Cache-Status is missing/],
  ])('%s', (_what, answer, says) => {
    expect(undocumented(tokenPath, answer).join('\n')).toMatch(says);
  });

  it('but the good ones are', () => {
    expect([undocumented(tokenPath, good), undocumented(tokenPath, down)]).toEqual([[], []]);
  });
});
