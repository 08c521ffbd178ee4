import { expect } from 'vitest';
import type { ErrorCode } from '../../lambda/protocol/error-codes.ts';
import { isDocumentedRequest, type Sent, undocumented } from './openapi.ts';

export type Answer = { status: number; headers: Headers; text: string; body: Record<string, unknown> };

export async function answerOf(response: Response): Promise<Answer> {
  return answer(response.url, response.status, response.headers, await response.text());
}

/** Of a proxy result; API Gateway adds the request's id. */
export function answerOfResult(result: unknown, path: string, requestId: string): Answer {
  const { statusCode, headers, body } = result as {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
  };
  return answer(path, statusCode, new Headers({ ...headers, 'x-amzn-requestid': requestId }), body);
}

/** Every answer of every test is one that docs/openapi.json describes. */
function answer(url: string, status: number, headers: Headers, text: string): Answer {
  const read = { status, headers, text, body: JSON.parse(text) as Record<string, unknown> };
  expect(undocumented(url, read), text).toEqual([]);
  return read;
}

/** Of a request that was good. */
export function expectDocumentedRequest(sent: Sent): void {
  expect(isDocumentedRequest(sent), `docs/openapi.json refuses ${sent.body}`).toBe(true);
}

/** The shape that every error has, whether the function or the gateway answers it. */
export function expectError(
  { status, headers, body, text }: Answer,
  expected: { status: number; error: ErrorCode },
): void {
  expect([status, body['error']], text).toEqual([expected.status, expected.error]);
  expect(Object.keys(body)).toEqual(['error', 'error_description', 'request_id']);
  expect(body['request_id']).toBe(headers.get('x-amzn-requestid'));
  expect(headers.get('content-type')).toBe('application/json');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('pragma')).toBe('no-cache');
  expect(headers.has('retry-after')).toBe([429, 503].includes(status));
  expect(text).not.toContain('canary');
  expect(String(body['error_description'])).not.toMatch(/arn:|secretsmanager|\bat .*:\d+/);
}
