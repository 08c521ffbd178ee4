import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  Alarm,
  ComparisonOperator,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';
import { metricsNamespace } from './vend-function.ts';

const period = Duration.minutes(5);

/** What somebody should get up for. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { settings, api }: { settings: Settings; api: RestApi }) {
    super(scope, id);
    const alarms = [this.credentialsRefused(settings), this.serverErrors(api)];
    if (settings.alarmTopicArn === undefined) return;
    const topic = Topic.fromTopicArn(this, 'Topic', settings.alarmTopicArn);
    for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(topic));
  }

  private credentialsRefused({ stackName }: Settings): Alarm {
    return new Alarm(this, 'CredentialsRefused', {
      alarmDescription:
        "Instacart Connect refused this service's credentials. Find the client and secret_version_id in the audit " +
        'lines with refused_credentials above 0, and put the right pair into its secret. If the reason is ' +
        'query_params_forbidden, Connect takes the pair for leaked: have it rotated.',
      metric: new Metric({
        namespace: metricsNamespace,
        metricName: 'CredentialsRefused',
        dimensionsMap: { service: stackName },
        statistic: Stats.SUM,
        period,
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /** One failure in a quiet hour is no rate: below 20 requests it doesn't count. */
  private serverErrors(api: RestApi): Alarm {
    const stage = api.deploymentStage;
    return new Alarm(this, 'ServerErrors', {
      alarmDescription:
        'More than 5 % of the requests of the last five minutes were answered with 5xx. The audit lines with a ' +
        'status of 500 and more give the reason: upstream_unavailable is Connect itself, misconfigured a secret. If ' +
        "there are none, the function does not answer: see its own errors and throttles, and the API's access log.",
      metric: new MathExpression({
        label: 'Share of 5xx answers in %',
        expression: 'IF(requests >= 20, 100 * errors / requests, 0)',
        usingMetrics: {
          errors: stage.metricServerError({ statistic: Stats.SUM, period }),
          requests: stage.metricCount({ statistic: Stats.SUM, period }),
        },
        period,
      }),
      threshold: 5,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
