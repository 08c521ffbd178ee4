import { createPostSigned } from './aws/signed-requests.ts';
import { createLog } from './observability/log.ts';
import { createRecordProbe } from './observability/probe-line.ts';
import type { Prober } from './policy/policy.ts';
import { createProbeHandler } from './probe/probe-handler.ts';
import { timeBudget } from './values/time-budget.ts';

export type ProbeOptions = { prober: Prober | undefined; url: string; region: string; service: string };

/** Everything that one instance of the probe function consists of. Apart from `wiring.ts`, so that a vend never loads it. */
export function createProbeFunction({ prober, url, region, service }: ProbeOptions) {
  return createProbeHandler({
    prober,
    send: createPostSigned({ url, region, timeoutMs: timeBudget.probeRequestMs }),
    recordProbe: createRecordProbe(createLog(service)),
    monotonic: () => performance.now(),
  });
}
