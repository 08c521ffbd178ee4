import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { FailureQueue } from '../functions/failure-queue.ts';
import type { RefreshFunction } from '../functions/refresh-lambda.ts';
import type { RefreshSchedule } from '../functions/refresh-schedule.ts';
import type { Settings } from '../settings.ts';
import { counted, onceIsEnough, fiveMinutes as period } from './alarm-metrics.ts';

export type RefreshAlarmsProps = { settings: Settings; refresh: RefreshFunction; schedule: RefreshSchedule };

/** Callers are vended a live token for as long as there is one: what these tell of can be mended before they notice. */
export function refreshAlarms(
  scope: Construct,
  { settings, refresh, schedule }: RefreshAlarmsProps,
): Alarm[] {
  return [
    refreshErrors(scope, refresh),
    refreshFailures(scope, settings),
    refreshMissing(scope, refresh),
    messages(
      scope,
      'RefreshFailed',
      refresh.failures,
      "Runs of the refresh function failed. Each message says why: see its responsePayload, and the function's log at " +
        'that time. The next run has done the work if RefreshErrors is quiet again; delete the messages then.',
    ),
    messages(
      scope,
      'RefreshUndelivered',
      schedule.undelivered,
      'EventBridge Scheduler could not invoke the refresh function. The messages have attributes ERROR_CODE and ' +
        "ERROR_MESSAGE: mostly its role, the function or the account's concurrency. Mend that, then delete the messages.",
    ),
  ];
}

function refreshErrors(scope: Construct, refresh: RefreshFunction): Alarm {
  return new Alarm(scope, 'RefreshErrors', {
    alarmDescription:
      'A run of the refresh function threw an error or ran out of time, and may have left tokens unrefreshed. Its log ' +
      'says why. The next run tries again; if it keeps failing, tokens are minted only when a caller waits for them.',
    metric: refresh.function.metricErrors({ statistic: Stats.SUM, period }),
    ...onceIsEnough,
  });
}

/** Every run falls into some quarter of an hour, whatever the rate; two bad ones leave most of the window's two hours. */
function refreshFailures(scope: Construct, settings: Settings): Alarm {
  return new Alarm(scope, 'RefreshFailures', {
    alarmDescription:
      'Tokens that are kept warm could not be renewed in two quarters of an hour. The lines "token refresh" in the ' +
      "refresh function's log whose outcome is failed name them and the reason: Connect down, credentials refused, a " +
      "scope that is not the application's, the token table out of reach. Callers are vended the live tokens until those end, about an hour and a " +
      'half from now where tokens live for a day.',
    metric: counted('RefreshFailures', settings, Duration.minutes(15)),
    ...onceIsEnough,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
}

function refreshMissing(scope: Construct, refresh: RefreshFunction): Alarm {
  return new Alarm(scope, 'RefreshMissing', {
    alarmDescription:
      'The refresh function has not run for an hour. Look whether its schedule is there and enabled, and for messages ' +
      'in its dead-letter queue. Just after the first deployment this is how it should be: the first run ends it.',
    metric: refresh.function.metricInvocations({ statistic: Stats.SUM, period: Duration.hours(1) }),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.BREACHING,
  });
}

function messages(scope: Construct, id: string, queue: FailureQueue, alarmDescription: string): Alarm {
  return new Alarm(scope, id, {
    alarmDescription,
    metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period }),
    ...onceIsEnough,
  });
}
