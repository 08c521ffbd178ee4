import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { counted, onceIsEnough, fiveMinutes as period } from './alarm-metrics.ts';

/** The refresh function, its failed runs, and the runs that its schedule could not start. */
export type Refreshing = {
  handler: IFunction;
  failures: IQueue;
  undelivered: IQueue;
  schedules: IScheduleGroup;
};

/** These alarms fire before callers are affected, who get the live token for as long as it lives. */
export function createRefreshAlarms(
  scope: Construct,
  service: string,
  { handler, failures, undelivered, schedules }: Refreshing,
): Alarm[] {
  return [
    createRefreshErrors(scope, handler),
    createRefreshFailures(scope, service),
    createRefreshMissing(scope, handler),
    createMessages(
      scope,
      'RefreshFailed',
      failures,
      "Runs of the refresh function failed. Each message gives the reason: see its responsePayload, and the function's " +
        'log at that time. If RefreshErrors is quiet again, the next run has done the work: delete the messages.',
    ),
    createMessages(
      scope,
      'RefreshUndelivered',
      undelivered,
      'EventBridge Scheduler could not invoke the refresh function. The attributes ERROR_CODE and ERROR_MESSAGE of each ' +
        "message give the reason, mostly the schedule's role, the function or the account's concurrency. Correct it, " +
        'then delete the messages.',
    ),
    createRefreshDropped(scope, schedules),
  ];
}

function createRefreshErrors(scope: Construct, handler: IFunction): Alarm {
  return new Alarm(scope, 'RefreshErrors', {
    alarmDescription:
      'A run of the refresh function threw an error or ran out of time, and may have left tokens unrefreshed. Its log ' +
      'gives the reason. The next run tries again; while runs keep failing, a token is minted when a caller waits for it.',
    metric: handler.metricErrors({ statistic: Stats.SUM, period }),
    ...onceIsEnough,
  });
}

/** At every rate, each quarter of an hour has a run. After two bad ones most of the two-hour window is left. */
function createRefreshFailures(scope: Construct, service: string): Alarm {
  return new Alarm(scope, 'RefreshFailures', {
    alarmDescription:
      'The refresh function could not renew keepWarm tokens in two quarters of an hour. In its log, the lines "token ' +
      'refresh" with the outcome failed name the tokens and the reason: Connect is down, it refused the credentials or ' +
      'the scope, or the token table is out of reach. Callers get the live tokens until those end: about an hour and a ' +
      'half from now, where tokens live for a day.',
    metric: counted('RefreshFailures', service, Duration.minutes(15)),
    ...onceIsEnough,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
}

function createRefreshMissing(scope: Construct, handler: IFunction): Alarm {
  return new Alarm(scope, 'RefreshMissing', {
    alarmDescription:
      'The refresh function has not run for an hour. Check that its schedule exists and is enabled, and look for ' +
      'messages in its dead-letter queue. Just after the first deployment this is expected, until the first run.',
    metric: handler.metricInvocations({ statistic: Stats.SUM, period: Duration.hours(1) }),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.BREACHING,
  });
}

/**
 * Scheduler writes to its dead-letter queue with the schedule's role: where that role is at fault, the queue stays empty.
 * Source: Amazon EventBridge Scheduler, "Monitoring EventBridge Scheduler with Amazon CloudWatch".
 */
function createRefreshDropped(scope: Construct, schedules: IScheduleGroup): Alarm {
  return new Alarm(scope, 'RefreshDropped', {
    alarmDescription:
      'EventBridge Scheduler gave up invoking the refresh function, or could not write that to the dead-letter queue. If ' +
      "the queue of RefreshUndelivered is empty, the schedule's role is at fault: check that Scheduler may assume it, and " +
      'that it may invoke the function and send to the queue.',
    metric: new MathExpression({
      label: 'Dropped invocations',
      expression: 'SUM([dropped, unrecorded])',
      usingMetrics: {
        dropped: schedules.metricDropped({ statistic: Stats.SUM, period }),
        unrecorded: schedules.metricFailedToBeSentToDLQ(undefined, { statistic: Stats.SUM, period }),
      },
      period,
    }),
    ...onceIsEnough,
  });
}

function createMessages(scope: Construct, id: string, queue: IQueue, alarmDescription: string): Alarm {
  return new Alarm(scope, id, {
    alarmDescription,
    metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period }),
    ...onceIsEnough,
  });
}
