import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { counted, onceIsEnough, fiveMinutes as period } from './alarm-metrics.ts';

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
  return errorAlarm(scope, 'ServerErrors', {
    alarmDescription:
      'More than 5 % of the requests of the last five minutes, three at least, were answered with 5xx. ' +
      whatToRead,
    metric: errorShare(api, 3),
    evaluationPeriods: 1,
  });
}

/** One failure in a quiet hour is no rate: three are. */
function lastingErrors(scope: Construct, api: RestApi): Alarm {
  return errorAlarm(scope, 'LastingErrors', {
    alarmDescription:
      'Three times in the last hour more than 5 % of the requests of five minutes were answered with 5xx. ' +
      whatToRead,
    metric: errorShare(api, 1),
    evaluationPeriods: 12,
    datapointsToAlarm: 3,
  });
}

function errorAlarm(scope: Construct, id: string, props: Omit<AlarmProps, 'threshold'>): Alarm {
  return new Alarm(scope, id, {
    ...props,
    threshold: 5,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}

/** In %, of the requests that were not answered with 4xx: unsigned requests from strangers must not hide failures. */
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

/** Callers don't notice, so the operators have to be told. Three periods an hour, as a quiet stage has few vends. */
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
