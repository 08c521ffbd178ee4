import { Duration } from 'aws-cdk-lib';
import {
  type AlarmProps,
  ComparisonOperator,
  type Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { serviceMetric } from '../metrics/service-metric.ts';

export const fiveMinutes = Duration.minutes(5);

/** The sum, over one period, of a count that the functions record. */
export function counted(metricName: string, service: string, period: Duration): Metric {
  return serviceMetric(metricName, service, { statistic: Stats.SUM, period });
}

/** The highest value, over one period, of what the functions record. */
export function highest(metricName: string, service: string, period: Duration): Metric {
  return serviceMetric(metricName, service, { statistic: Stats.MAXIMUM, period });
}

/** For what should never happen: one occurrence raises the alarm, and no data is no fault. */
export const onceIsEnough = {
  threshold: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  evaluationPeriods: 1,
  treatMissingData: TreatMissingData.NOT_BREACHING,
} as const satisfies Partial<AlarmProps>;
