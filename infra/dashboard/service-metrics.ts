import { Duration } from 'aws-cdk-lib';
import { MathExpression, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { metricsNamespace } from '../../lambda/observability/metrics-namespace.ts';
import { serviceMetric } from '../metrics/service-metric.ts';

const period = Duration.minutes(5);

/** A metric of the functions, for the whole service; by default its sum. */
export function ours(
  service: string,
  metricName: string,
  more: { statistic?: string; period?: Duration; label?: string },
): Metric {
  return serviceMetric(metricName, service, { statistic: Stats.SUM, period, ...more });
}

/** One line for each value that the dimension has had. */
export function byDimension(
  service: string,
  metricName: string,
  dimension: string,
  { statistic, period: each }: { statistic: string; period: Duration } = { statistic: 'Sum', period },
): MathExpression {
  const schema = `{${metricsNamespace},service,${dimension}}`;
  const search = `${schema} MetricName="${metricName}" service="${service}"`;
  return new MathExpression({
    expression: `SEARCH('${search}', '${statistic}', ${each.toSeconds()})`,
    label: '',
    period: each,
  });
}
