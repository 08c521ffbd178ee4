import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { counted, fiveMinutes as period } from './alarm-metrics.ts';

export type DemandAlarmsProps = {
  service: string;
  vendFunctionName: string;
  /** The most mints that a day should see; undefined where nothing bounds them. */
  mintsPerDay: number | undefined;
};

/** These alarms fire where callers ask for more than they should, or more than there is. */
export function createDemandAlarms(scope: Construct, props: DemandAlarmsProps): Alarm[] {
  const { service, vendFunctionName, mintsPerDay } = props;
  return [
    createDenials(scope, service),
    createThrottles(scope, vendFunctionName),
    ...(mintsPerDay === undefined ? [] : [createMints(scope, service, mintsPerDay)]),
  ];
}

/** One caller with a wrong scope in a loop is enough, and so is somebody who tries what the service gives. */
function createDenials(scope: Construct, service: string): Alarm {
  return new Alarm(scope, 'Denials', {
    alarmDescription:
      'More than a hundred requests were denied in each of three periods of five minutes: a caller repeats a request that ' +
      'the policy does not grant, a deployment took a grant away, or somebody tries the service out. The saved query ' +
      '"Denials by reason" names the callers and the reasons.',
    metric: counted('Denials', service, period),
    threshold: 100,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 3,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}

/** API Gateway counts what it throttles by itself as 4xx, together with every other refusal. */
function createThrottles(scope: Construct, FunctionName: string): Alarm {
  return new Alarm(scope, 'Throttles', {
    alarmDescription:
      'Lambda had no instance of the vend function for requests in two of three periods of five minutes, so callers got ' +
      '503. Look at ConcurrentExecutions on the dashboard: raise reservedConcurrency, or ask AWS for a higher limit; if ' +
      'the concurrency was set to 0 to stop the service, this is expected.',
    metric: new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Throttles',
      dimensionsMap: { FunctionName },
      statistic: Stats.SUM,
      period,
    }),
    threshold: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}

function createMints(scope: Construct, service: string, most: number): Alarm {
  return new Alarm(scope, 'Mints', {
    alarmDescription:
      `More than ${most} tokens were minted in a day, and Instacart asks for one token to be used for its 24 hours. Either ` +
      'instances mint for themselves, because the token table fails them (see TableFaults), or Connect issues tokens of a ' +
      'short life (remaining_seconds in the audit lines), or callers have tokens renewed without need: the saved query ' +
      '"Vends by caller" counts mints by caller.',
    metric: counted('Mints', service, Duration.days(1)),
    threshold: most,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}
