import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { counted, highest, onceIsEnough, fiveMinutes as period } from './alarm-metrics.ts';

/**
 * CloudWatch knows an API and its stage by these names. A reference to the stage would make a circle of the template: the
 * stage refers to the alias of the vend function, whose deployment watches these alarms.
 */
export type ApiNames = { apiName: string; stageName: string };

export type VendAlarmsProps = {
  service: string;
  api: ApiNames;
  /** The age of a client secret at which an alarm fires. */
  secretAgeAlarmDays: number;
};

/** These alarms fire when callers are affected, or soon will be. */
export function createVendAlarms(scope: Construct, { service, api, secretAgeAlarmDays }: VendAlarmsProps) {
  const credentialsRefused = createCredentialsRefused(scope, service);
  const serverErrors = createServerErrors(scope, api);
  const others = [
    credentialsRefused,
    createLastingErrors(scope, api),
    createTableFaults(scope, service),
    createSecretAge(scope, service, secretAgeAlarmDays),
  ];
  return { serverErrors, others };
}

function createCredentialsRefused(scope: Construct, service: string): Alarm {
  return new Alarm(scope, 'CredentialsRefused', {
    alarmDescription:
      "Instacart Connect refused this service's credentials, or a secret cannot be read as a pair. In the log of either " +
      'function, lines with refused_credentials above 0, or with a fault that begins with AWSCURRENT, name the client and ' +
      'the secret_version_id: put the right pair into that secret. If ' +
      'mint is query_params_forbidden, Connect treats the pair as leaked: ask Instacart for a new one.',
    metric: counted('CredentialsRefused', service, period),
    ...onceIsEnough,
  });
}

const whatToRead =
  'The audit lines with a status of 500 and more give the reason: upstream_unavailable means Connect, misconfigured a ' +
  'secret. Without such lines the function does not answer: see its errors and throttles, and the access log.';

function createServerErrors(scope: Construct, api: ApiNames): Alarm {
  return createErrorAlarm(scope, 'ServerErrors', {
    alarmDescription:
      'At least three requests, and more than 5 % of all, got a 5xx response in the last five minutes. ' +
      whatToRead,
    metric: errorShare(api, 3),
    evaluationPeriods: 1,
  });
}

/** In a quiet hour one failure is no rate, but three are. */
function createLastingErrors(scope: Construct, api: ApiNames): Alarm {
  return createErrorAlarm(scope, 'LastingErrors', {
    alarmDescription:
      'More than 5 % of the requests got a 5xx response in three of the five-minute periods of the last hour. ' +
      whatToRead,
    metric: errorShare(api, 1),
    evaluationPeriods: 12,
    datapointsToAlarm: 3,
  });
}

function createErrorAlarm(scope: Construct, id: string, props: Omit<AlarmProps, 'threshold'>): Alarm {
  return new Alarm(scope, id, {
    ...props,
    threshold: 5,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}

/** In %, of the requests without a 4xx response: a stranger's unsigned requests must not hide failures. */
function errorShare({ apiName, stageName }: ApiNames, least: number): MathExpression {
  const dimensionsMap = { ApiName: apiName, Stage: stageName };
  const sum = (metricName: string) =>
    new Metric({ namespace: 'AWS/ApiGateway', metricName, dimensionsMap, statistic: Stats.SUM, period });
  return new MathExpression({
    label: 'Share of 5xx responses in %',
    expression: `IF(errors >= ${least}, 100 * errors / (requests - FILL(refused, 0)), 0)`,
    usingMetrics: {
      errors: sum('5XXError'),
      refused: sum('4XXError'),
      requests: sum('Count'),
    },
    period,
  });
}

/** Callers do not notice, so operators must be told. Three periods an hour: a quiet stage has few vends. */
function createTableFaults(scope: Construct, service: string): Alarm {
  return new Alarm(scope, 'TableFaults', {
    alarmDescription:
      'The token table was slow, throttled, missing or denied several times in the last hour. Callers still get tokens, ' +
      'but every instance mints its own, and Connect may start to refuse that. In the log of either function, ' +
      "table_fault names the error: for AccessDenied check the table's resource policy, the function's role and the " +
      "state of the table's KMS key; for throttling the account's DynamoDB quotas.",
    metric: counted('TableFaults', service, period),
    ...onceIsEnough,
    evaluationPeriods: 12,
    datapointsToAlarm: 3,
  });
}

/** A stack that keeps nothing warm records an age with each mint only: a day without one says nothing. */
function createSecretAge(scope: Construct, service: string, threshold: number): Alarm {
  return new Alarm(scope, 'SecretAge', {
    alarmDescription:
      `The current version of a client secret is ${threshold} days old or more, and Instacart flags credentials at six ` +
      'months. The metric SecretAgeDays by client, and secret_age_days in the log of either function, name the client. ' +
      'Have Instacart clone the application, check the new pair with npm run credentials, and put it into the secret. The ' +
      'alarm ends within about a day of the next reading.',
    metric: highest('SecretAgeDays', service, Duration.days(1)),
    ...onceIsEnough,
    threshold,
    treatMissingData: TreatMissingData.IGNORE,
  });
}
