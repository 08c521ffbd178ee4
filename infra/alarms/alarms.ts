import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { createDemandAlarms } from './demand-alarms.ts';
import { createProbeAlarms, type Probing } from './probe-alarms.ts';
import { createRefreshAlarms, type Refreshing } from './refresh-alarms.ts';
import { type ApiNames, createVendAlarms } from './vend-alarms.ts';

export type AlarmsProps = {
  /** The dimension `service` of the functions' metrics. */
  service: string;
  topic: ITopic | undefined;
  api: ApiNames;
  /** Undefined where the policy keeps nothing warm: then a refresh function that never runs is no fault. */
  refreshing: Refreshing | undefined;
  secretAgeAlarmDays: number;
  vendFunctionName: string;
  /** The most mints that a day should see; undefined where nothing bounds them. */
  mintsPerDay: number | undefined;
  /** Undefined where the policy has no prober. */
  probing: Probing | undefined;
};

/** Every alarm, and the topic that each notifies. */
export class Alarms extends Construct {
  /**
   * Those that take a deployment back. ProbeVend is not one of them: it also fires where no probe has run yet, and is slower
   * than a deployment.
   */
  readonly ofVersion: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { service, topic, refreshing, probing } = props;
    const { serverErrors, others } = createVendAlarms(this, props);
    const probes = probing === undefined ? undefined : createProbeAlarms(this, service, probing);
    this.ofVersion = [serverErrors, ...(probes === undefined ? [] : [probes.refusal])];
    const alarms = [
      ...this.ofVersion,
      ...(probes === undefined ? [] : [probes.vend]),
      ...others,
      ...createDemandAlarms(this, props),
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
