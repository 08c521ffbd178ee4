import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { RefreshFunction } from '../functions/refresh-lambda.ts';
import type { RefreshSchedule } from '../functions/refresh-schedule.ts';
import type { Settings } from '../settings.ts';
import { refreshAlarms } from './refresh-alarms.ts';
import { vendAlarms } from './vend-alarms.ts';

export type AlarmsProps = {
  settings: Settings;
  api: RestApi;
  refresh: RefreshFunction;
  /** Undefined where nothing is kept warm: then a function that never runs is no alarm. */
  schedule: RefreshSchedule | undefined;
};

/** Every alarm, and the topic that it notifies. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { settings, api, refresh, schedule }: AlarmsProps) {
    super(scope, id);
    const alarms = [
      ...vendAlarms(this, { settings, api }),
      ...(schedule === undefined ? [] : refreshAlarms(this, { settings, refresh, schedule })),
    ];
    if (settings.alarmTopicArn === undefined) return;
    const action = new SnsAction(Topic.fromTopicArn(this, 'Topic', settings.alarmTopicArn));
    for (const alarm of alarms) {
      alarm.addAlarmAction(action);
      // So that a pager behind the topic resolves by itself.
      alarm.addOkAction(action);
    }
  }
}
