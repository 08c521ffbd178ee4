import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Alarm, ComparisonOperator, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { counted, onceIsEnough, fiveMinutes as period } from './metrics.ts';
import type { Settings } from './settings.ts';

export type VendAlarmsProps = { settings: Settings; api: RestApi };

export function vendAlarms(scope: Construct, { settings, api }: VendAlarmsProps): Alarm[] {
  return [credentialsRefused(scope, settings), serverErrors(scope, api), tableFaults(scope, settings)];
}

function credentialsRefused(scope: Construct, settings: Settings): Alarm {
  return new Alarm(scope, 'CredentialsRefused', {
    alarmDescription:
      "Instacart Connect refused this service's credentials. Find the client and secret_version_id in the audit " +
      'lines with refused_credentials above 0, and put the right pair into its secret. Lines whose mint is ' +
      'query_params_forbidden say that Connect takes the pair for leaked: have it rotated.',
    metric: counted('CredentialsRefused', settings, period),
    ...onceIsEnough,
  });
}

/** One failure in a quiet hour is no rate: three are. */
function serverErrors(scope: Construct, api: RestApi): Alarm {
  const stage = api.deploymentStage;
  return new Alarm(scope, 'ServerErrors', {
    alarmDescription:
      'More than 5 % of the requests of the last five minutes, three at least, were answered with 5xx. The audit lines with a ' +
      'status of 500 and more give the reason: upstream_unavailable is Connect itself, misconfigured a secret. If ' +
      "there are none, the function does not answer: see its own errors and throttles, and the API's access log.",
    metric: new MathExpression({
      label: 'Share of 5xx answers in %',
      expression: 'IF(errors >= 3, 100 * errors / requests, 0)',
      usingMetrics: {
        errors: stage.metricServerError({ statistic: Stats.SUM, period }),
        requests: stage.metricCount({ statistic: Stats.SUM, period }),
      },
      period,
    }),
    ...onceIsEnough,
    threshold: 5,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
  });
}

/** Callers don't notice, so somebody has to be told. Of what few vends a quiet stage has, three are enough. */
function tableFaults(scope: Construct, settings: Settings): Alarm {
  return new Alarm(scope, 'TableFaults', {
    alarmDescription:
      'Again and again in the last hour the token table was slow, throttled, missing or denied. Tokens are vended all ' +
      'the same, but every instance mints its own, and Connect may start to refuse that. The audit lines with a ' +
      "table_fault name the error: for AccessDenied see the table's resource policy, the function's role and the " +
      "state of the table's KMS key, for throttling the account's DynamoDB quotas.",
    metric: counted('TableFaults', settings, period),
    ...onceIsEnough,
    evaluationPeriods: 12,
    datapointsToAlarm: 3,
  });
}
