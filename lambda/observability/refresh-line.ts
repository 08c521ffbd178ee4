import type { ApplicationToken } from '../policy/policy.ts';
import type { RenewalResult } from '../tokens/renewal.ts';
import { reasonFields } from './failure-reason.ts';
import { errorFields, type Log } from './log.ts';
import { embedMetrics, type Metric, once } from './metrics.ts';
import { mintFields, mintMetrics, tableFaultMetrics } from './mint-fields.ts';

export type RefreshDetails = {
  /** Of the token that the fleet now has. */
  remainingSeconds?: number | undefined;
  /** Lambda's id of the invocation. */
  functionRequestId?: string | undefined;
};

/** `result` is an Error for a bug. */
export type RecordRefresh = (
  entry: ApplicationToken,
  outcome: 'fresh' | 'renewed' | 'failed',
  result: RenewalResult | Error,
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
    const metrics: Metric[] = [
      ...failures,
      // Without a token there is no life left.
      { name: 'KeptWarmSeconds', value: details.remainingSeconds ?? 0, unit: 'Seconds' },
      ...mintMetrics(result.minted),
      ...tableFaultMetrics(result.tableFault),
    ];
    log('INFO', 'token refresh', {
      ...line,
      remaining_seconds: details.remainingSeconds,
      ...resultFields(result),
      ...embedMetrics(metrics),
    });
  };
}

function resultFields(result: RenewalResult): Record<string, unknown> {
  const why = result.kind === 'token' ? result.whyNotRenewed : result.why;
  return {
    token_sha256: result.kind === 'token' ? result.token.sha256 : undefined,
    ...(why && reasonFields(why)),
    table_fault: result.tableFault,
    ...mintFields(result.minted),
  };
}
