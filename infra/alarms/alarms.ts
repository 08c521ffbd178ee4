import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { createRefreshAlarms, type Refreshing } from './refresh-alarms.ts';
import { createVendAlarms } from './vend-alarms.ts';

export type AlarmsProps = {
  settings: Settings;
  api: RestApi;
  /** Undefined where the policy keeps nothing warm: then a refresh function that never runs is no fault. */
  refreshing: Refreshing | undefined;
};

/** Every alarm, and the topic that each notifies. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { settings, api, refreshing }: AlarmsProps) {
    super(scope, id);
    const alarms = [
      ...createVendAlarms(this, { settings, api }),
      ...(refreshing === undefined ? [] : createRefreshAlarms(this, settings, refreshing)),
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
