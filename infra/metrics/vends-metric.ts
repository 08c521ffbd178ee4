import { Unit } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { metricsNamespace } from '../../lambda/observability/metrics-namespace.ts';

/**
 * Counts vends by cache status. CloudWatch reads every other metric from a description in the line itself; nearly all lines are
 * vends, so for theirs the log group has the description once.
 */
export class VendsMetric extends Construct {
  constructor(scope: Construct, id: string, { logGroup }: { logGroup: ILogGroup }) {
    super(scope, id);
    new MetricFilter(this, 'Vends', {
      logGroup,
      filterPattern: FilterPattern.all(
        FilterPattern.numberValue('$.status', '=', 200),
        FilterPattern.exists('$.service'),
        FilterPattern.exists('$.cache'),
      ),
      metricNamespace: metricsNamespace,
      metricName: 'Vends',
      dimensions: { service: '$.service', cache: '$.cache' },
      unit: Unit.COUNT,
    });
  }
}
