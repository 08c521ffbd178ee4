import { describe, expect, expectTypeOf, it } from 'vitest';
import { accessLogFormat } from '../../infra/api/access-log.ts';
import { OAuthError } from '../../lambda/http/oauth-error.ts';
import { type Audit, createAuditRecord, createRecordRequest } from '../../lambda/observability/audit.ts';
import { createRecordRefresh } from '../../lambda/observability/refresh-line.ts';
import type { MintResult } from '../../lambda/tokens/mint.ts';

const failure = { kind: 'unavailable', retryAfterMs: undefined, isAnswered: true } as const;
const mint: MintResult = {
  outcome: failure,
  secretVersionId: undefined,
  secretAgeMs: 150 * 86_400_000 + 1,
  refusedCredentials: 0,
  isCurrentBad: false,
  attempts: 1,
  evidence: undefined,
  upstreamMs: 0,
  fault: undefined,
};

/** The audit line and the refresh line of the same failure, in invocations with the same id. */
function linesOf(): Record<'audit' | 'refresh', Record<string, unknown>> {
  const lines: object[] = [];
  const log = (_level: string, _message: string, fields: object) => lines.push(fields);
  const audit = createAuditRecord({ request_id: 'gateway', function_request_id: 'function' });
  audit.add({
    client: 'acme',
    scopes: ['connect:ian'],
    retailer_id: 'the-garden',
    mint,
    table_fault: 'slow',
  });
  const error = new OAuthError('upstream_unavailable', 'Connect is down.');
  createRecordRequest(log)(audit.fields, { error, durationMs: 1 });
  createRecordRefresh(log)(
    { client: 'acme', scopes: ['connect:ian'], retailerId: 'the-garden' },
    'failed',
    { kind: 'none', why: failure, retryAfterMs: undefined, minted: mint, tableFault: 'slow' },
    { functionRequestId: 'function' },
  );
  const [first, second] = lines.map((line) => JSON.parse(JSON.stringify(line)) as Record<string, unknown>);
  return { audit: first ?? {}, refresh: second ?? {} };
}

describe('the lines of the log', () => {
  it('have one name for one thing, and one word for one reason', () => {
    const shared = {
      function_request_id: 'function',
      client: 'acme',
      scopes: ['connect:ian'],
      retailer_id: 'the-garden',
      reason: 'upstream_unavailable',
      mint: 'upstream_unavailable',
      table_fault: 'slow',
      MintFailures: 1,
      secret_age_days: 150,
      SecretAgeDays: 150,
      TableFaults: 1,
    };
    const { audit, refresh } = linesOf();
    expect(audit).toMatchObject(shared);
    expect(refresh).toMatchObject(shared);
  });

  it("have the access log's names for both ids", () => {
    const names = JSON.parse(accessLogFormat) as Record<string, string>;
    expect(names['request_id']).toBe('$context.requestId');
    expect(names['function_request_id']).toBe('$context.integration.requestId');
    expect(Object.keys(linesOf().audit)).toEqual(
      expect.arrayContaining(['request_id', 'function_request_id']),
    );
  });

  it('have no field for what must not be recorded, as tsc checks', () => {
    type Forbidden = 'access_token' | 'assertion' | 'client_secret' | 'code' | 'redirect_uri' | 'user_id';
    expectTypeOf<Extract<keyof Audit, Forbidden>>().toBeNever();
  });
});
