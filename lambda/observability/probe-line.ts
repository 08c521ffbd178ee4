import type { ProbeResult } from '../probe/probe.ts';
import type { Log } from './log.ts';
import { embedMetrics, type Metric } from './metrics.ts';

export type RecordProbe = (
  result: ProbeResult,
  details: { durationMs: number; functionRequestId: string },
) => void;

/** Writes one log line for each probe. The line carries the probe's metric too. */
export function createRecordProbe(log: Log): RecordProbe {
  return function recordProbe({ requestId, ...result }, { durationMs, functionRequestId }) {
    log('INFO', 'probe', {
      function_request_id: functionRequestId,
      request_id: requestId,
      ...result,
      duration_ms: Math.round(durationMs),
      ...embedMetrics(probeMetrics(result)),
    });
  };
}

const names = { vend: 'ProbeVendRight', refusal: 'ProbeRefusalRight' } as const;

/** 1 or 0. A probe that proves nothing has no value. */
function probeMetrics({ probe, verdict }: Pick<ProbeResult, 'probe' | 'verdict'>): Metric[] {
  if (verdict === 'unanswered') return [];
  return [{ name: names[probe], value: verdict === 'right' ? 1 : 0, unit: 'Count' }];
}
