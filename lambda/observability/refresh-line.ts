import type { KeepWarm } from '../policy/policy.ts';
import type { RenewalResult } from '../tokens/renewal.ts';
import { reasonOfFailure } from './failure-reason.ts';
import { errorFields, type Log } from './log.ts';
import { embedMetrics, type Metric, once } from './metrics.ts';
import { mintFields, mintMetrics, tableFaultMetrics } from './mint-fields.ts';

export type RefreshDetails = {
  /** Of the token that the table now has. */
  remainingSeconds?: number | undefined;
  /** Lambda's id of the invocation. */
  functionRequestId?: string | undefined;
};

/** What the line tells of an entry's renewal. */
export type RefreshResult = Pick<RenewalResult, 'shared' | 'failure' | 'mint' | 'tableFault'>;

/** `result` is an Error for a bug. */
export type RecordRefresh = (
  entry: KeepWarm,
  outcome: 'fresh' | 'renewed' | 'failed',
  result: RefreshResult | Error,
  details: RefreshDetails,
) => void;

/** Writes one log line for each entry of `keepWarm` in each run. The line carries the entry's metrics too. */
export function createRecordRefresh(log: Log): RecordRefresh {
  return function recordRefresh({ client, scopes, retailerId }, outcome, result, details) {
    const line = {
      function_request_id: details.functionRequestId,
      client,
      scopes,
      retailer_id: retailerId,
      outcome,
    };
    const failures: Metric[] = outcome === 'failed' ? [{ name: 'RefreshFailures', ...once }] : [];
    if (result instanceof Error) {
      log('ERROR', 'token refresh', { ...line, error: errorFields(result), ...embedMetrics(failures) });
      return;
    }
    const metrics = [...failures, ...mintMetrics(result.mint), ...tableFaultMetrics(result.tableFault)];
    log('INFO', 'token refresh', {
      ...line,
      remaining_seconds: details.remainingSeconds,
      ...resultFields(result),
      ...embedMetrics(metrics),
    });
  };
}

function resultFields({ shared, failure, mint, tableFault }: RefreshResult): Record<string, unknown> {
  return {
    token_sha256: shared?.token.sha256,
    reason: failure && reasonOfFailure(failure),
    table_fault: tableFault?.message,
    ...mintFields(mint),
  };
}
