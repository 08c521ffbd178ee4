import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Alarm, ComparisonOperator, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { counted, onceIsEnough, fiveMinutes as period } from './metrics.ts';
import type { Settings } from './settings.ts';

export type VendAlarmsProps = { settings: Settings; api: RestApi };

export function vendAlarms(scope: Construct, { settings, api }: VendAlarmsProps): Alarm[] {
  return [
    credentialsRefused(scope, settings),
    serverErrors(scope, api),
    lastingErrors(scope, api),
    tableFaults(scope, settings),
  ];
}

function credentialsRefused(scope: Construct, settings: Settings): Alarm {
  return new Alarm(scope, 'CredentialsRefused', {
    alarmDescription:
      "Instacart Connect refused this service's credentials. Find the client and secret_version_id in the lines of " +
      'either function with refused_credentials above 0, and put the right pair into its secret. Lines whose mint is ' +
      'query_params_forbidden say that Connect takes the pair for leaked: have it rotated.',
    metric: counted('CredentialsRefused', settings, period),
    ...onceIsEnough,
  });
}

const whatToRead =
  'The audit lines with a status of 500 and more give the reason: upstream_unavailable is Connect itself, misconfigured a ' +
  'secret. If there are none, the function does not answer: see its own errors and throttles, and the access log.';

function serverErrors(scope: Construct, api: RestApi): Alarm {
  return new Alarm(scope, 'ServerErrors', {
    alarmDescription:
      'More than 5 % of the requests of the last five minutes, three at least, were answered with 5xx. ' +
      whatToRead,
    metric: errorShare(api, 3),
    ...onceIsEnough,
    threshold: 5,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
  });
}

/** One failure in a quiet hour is no rate: three are. */
function lastingErrors(scope: Construct, api: RestApi): Alarm {
  return new Alarm(scope, 'LastingErrors', {
    alarmDescription:
      'Three times in the last hour more than 5 % of the requests of five minutes were answered with 5xx. ' +
      whatToRead,
    metric: errorShare(api, 1),
    ...onceIsEnough,
    threshold: 5,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 12,
    datapointsToAlarm: 3,
  });
}

/** In %, of the requests that were not refused: whoever knocks at a public door unsigned is none of them. */
function errorShare({ deploymentStage: stage }: RestApi, least: number): MathExpression {
  return new MathExpression({
    label: 'Share of 5xx answers in %',
    expression: `IF(errors >= ${least}, 100 * errors / (requests - FILL(refused, 0)), 0)`,
    usingMetrics: {
      errors: stage.metricServerError({ statistic: Stats.SUM, period }),
      refused: stage.metricClientError({ statistic: Stats.SUM, period }),
      requests: stage.metricCount({ statistic: Stats.SUM, period }),
    },
    period,
  });
}

/** Callers don't notice, so somebody has to be told. Of what few vends a quiet stage has, three are enough. */
function tableFaults(scope: Construct, settings: Settings): Alarm {
  return new Alarm(scope, 'TableFaults', {
    alarmDescription:
      'Again and again in the last hour the token table was slow, throttled, missing or denied. Tokens are vended all ' +
      'the same, but every instance mints its own, and Connect may start to refuse that. The lines of ' +
      "either function with a table_fault name the error: for AccessDenied see the table's resource policy, the function's role and the " +
      "state of the table's KMS key, for throttling the account's DynamoDB quotas.",
    metric: counted('TableFaults', settings, period),
    ...onceIsEnough,
    evaluationPeriods: 12,
    datapointsToAlarm: 3,
  });
}
