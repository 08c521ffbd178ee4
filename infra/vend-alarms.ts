import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Alarm, ComparisonOperator, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { counted, onceIsEnough, fiveMinutes as period } from './metrics.ts';
import type { Settings } from './settings.ts';
import type { TokenTable } from './token-table.ts';

export type VendAlarmsProps = { settings: Settings; api: RestApi; tokens: TokenTable };

export function vendAlarms(scope: Construct, { settings, api, tokens }: VendAlarmsProps): Alarm[] {
  return [credentialsRefused(scope, settings), serverErrors(scope, api), tableFails(scope, tokens)];
}

function credentialsRefused(scope: Construct, settings: Settings): Alarm {
  return new Alarm(scope, 'CredentialsRefused', {
    alarmDescription:
      "Instacart Connect refused this service's credentials. Find the client and secret_version_id in the audit " +
      'lines with refused_credentials above 0, and put the right pair into its secret. If the reason is ' +
      'query_params_forbidden, Connect takes the pair for leaked: have it rotated.',
    metric: counted('CredentialsRefused', settings, period),
    ...onceIsEnough,
  });
}

/** One failure in a quiet hour is no rate: below 20 requests it doesn't count. */
function serverErrors(scope: Construct, api: RestApi): Alarm {
  const stage = api.deploymentStage;
  return new Alarm(scope, 'ServerErrors', {
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
    ...onceIsEnough,
    threshold: 5,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
  });
}

/** Callers don't notice, so somebody has to be told: a blip is none, a quarter of an hour is. */
function tableFails(scope: Construct, tokens: TokenTable): Alarm {
  return new Alarm(scope, 'TableFails', {
    alarmDescription:
      'DynamoDB has throttled or failed requests to the token table for a quarter of an hour. Tokens are vended all ' +
      'the same, but every instance mints its own, and Connect may start to refuse that: see the AWS Health ' +
      "Dashboard and the account's DynamoDB quotas.",
    metric: new MathExpression({
      label: 'Requests throttled or failed',
      expression: `SUM([${Object.keys(tokens.faults(period)).join(', ')}])`,
      usingMetrics: tokens.faults(period),
      period,
    }),
    ...onceIsEnough,
    evaluationPeriods: 3,
  });
}
