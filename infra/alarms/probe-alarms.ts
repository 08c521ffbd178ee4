import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { serviceMetric } from '../metrics/service-metric.ts';

/** The prober is one caller of many: what it meets, others meet. `every`: the time between two probes. */
export type Probing = { every: Duration };

export function createProbeAlarms(
  scope: Construct,
  service: string,
  { every }: Probing,
): { vend: Alarm; refusal: Alarm } {
  return { vend: createProbeVend(scope, service, every), refusal: createProbeRefusal(scope, service) };
}

const leastOf = (name: string, service: string, period: Duration): Metric =>
  serviceMetric(name, service, { statistic: Stats.MINIMUM, period });

/** Also fires where the prober does not run: then nothing shows that callers are served. */
function createProbeVend(scope: Construct, service: string, every: Duration): Alarm {
  return new Alarm(scope, 'ProbeVend', {
    alarmDescription:
      'The prober asked for a token that is kept warm, through the URL that callers use, and did not get it, twice in ' +
      'three times; or it did not run. In its log, the lines probe with probe = vend give the status and the error. Look ' +
      'up their request_id in the audit lines and in the access log.',
    metric: leastOf('ProbeVendRight', service, every),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    treatMissingData: TreatMissingData.BREACHING,
  });
}

/** One wrong answer is one too many. An outage is no answer, and is for ProbeVend to tell. */
function createProbeRefusal(scope: Construct, service: string): Alarm {
  return new Alarm(scope, 'ProbeRefusal', {
    alarmDescription:
      'The prober asked for a scope that no grant gives it, and was not refused: the service may be vending more than ' +
      'the policy grants. Stop the vending (docs/operating.md, "Stop something now"), then compare the output ' +
      'PolicySha256 with the reviewed policy and look for the request in the audit lines.',
    metric: leastOf('ProbeRefusalRight', service, Duration.minutes(5)),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}
