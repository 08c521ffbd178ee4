import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { metricsNamespace } from '../../lambda/observability/metrics-namespace.ts';

/** A metric that the functions record, for the whole service. */
export function serviceMetric(
  metricName: string,
  service: string,
  over: { statistic: string; period: Duration; label?: string },
): Metric {
  return new Metric({ namespace: metricsNamespace, metricName, dimensionsMap: { service }, ...over });
}
