import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { createRefreshAlarms, type Refreshing } from './refresh-alarms.ts';
import { createVendAlarms } from './vend-alarms.ts';

export type AlarmsProps = {
  /** The dimension `service` of the functions' metrics. */
  service: string;
  topic: ITopic | undefined;
  api: RestApi;
  /** Undefined where the policy keeps nothing warm: then a refresh function that never runs is no fault. */
  refreshing: Refreshing | undefined;
};

/** Every alarm, and the topic that each notifies. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { service, topic, api, refreshing }: AlarmsProps) {
    super(scope, id);
    const alarms = [
      ...createVendAlarms(this, { service, api }),
      ...(refreshing === undefined ? [] : createRefreshAlarms(this, service, refreshing)),
    ];
    if (topic === undefined) return;
    const action = new SnsAction(topic);
    for (const alarm of alarms) {
      alarm.addAlarmAction(action);
      // So that a pager behind the topic resolves by itself.
      alarm.addOkAction(action);
    }
  }
}
