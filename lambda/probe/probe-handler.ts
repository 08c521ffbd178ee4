import type { RecordProbe } from '../observability/probe-line.ts';
import type { Prober } from '../policy/policy.ts';
import { isScheduleEvent } from '../protocol/schedule-event.ts';
import { type ProbeKind, type ProbeVerdict, probeOnce, type SendRequest } from './probe.ts';

export type ProbeDependencies = {
  /** Undefined where the policy has no prober: then nothing may invoke this function. */
  prober: Prober | undefined;
  send: SendRequest;
  recordProbe: RecordProbe;
  /** Milliseconds that only go forward. */
  monotonic: () => number;
};

/** Tries the service out as a caller does. Returns both verdicts; rejects events that the schedule did not send. */
export function createProbeHandler({ prober, send, recordProbe, monotonic }: ProbeDependencies) {
  return async function probe(
    event: unknown,
    context: { awsRequestId: string },
  ): Promise<Record<ProbeKind, ProbeVerdict>> {
    if (!isScheduleEvent(event)) throw new Error('This function answers its own schedule only');
    if (prober === undefined) throw new Error('The policy has no prober');
    const one = async (kind: ProbeKind) => {
      const startedAtMs = monotonic();
      const result = await probeOnce(prober, kind, send);
      recordProbe(result, {
        durationMs: monotonic() - startedAtMs,
        functionRequestId: context.awsRequestId,
      });
      return result.verdict;
    };
    const [vend, refusal] = await Promise.all([one('vend'), one('refusal')]);
    return { vend, refusal };
  };
}
