import { readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { goodPolicy, toYaml, withGrant, withKeepWarm } from '../support/policies.ts';
import { all, only } from './resources.ts';
import { template } from './synthesise.ts';

const policy = withKeepWarm({ client: 'acme', scopes: ['connect:fulfillment'] });
const stack = template(policy);
const service = [{ Name: 'service', Value: 'connect-token-vending' }];
const everywhere = [
  'CredentialsRefused',
  'ServerErrors',
  'LastingErrors',
  'TableFaults',
  'SecretAge',
  'Denials',
  'Throttles',
  'Mints',
];
const whereKeptWarm = [
  'RefreshErrors',
  'RefreshFailures',
  'RefreshMissing',
  'RefreshFailed',
  'RefreshUndelivered',
  'RefreshDropped',
];

function names(of: typeof stack): string[] {
  const ids = Object.keys(of.findResources('AWS::CloudWatch::Alarm'));
  return ids.map((id) => id.replace(/^Alarms(\w+)\w{8}$/, '$1'));
}

describe('an alarm sounds', () => {
  it('when Connect refuses our credentials, once is enough', () => {
    stack.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'ConnectTokenVending',
      MetricName: 'CredentialsRefused',
      Dimensions: service,
      Statistic: 'Sum',
      Period: 300,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  it.each([
    ['at once, given some traffic', 3, { EvaluationPeriods: 1 }],
    ['three times in an hour, however little is asked', 1, { EvaluationPeriods: 12, DatapointsToAlarm: 3 }],
  ])('at a rate of 5xx among what was not refused: %s', (_when, least, periods) => {
    const Expression = `IF(errors >= ${least}, 100 * errors / (requests - FILL(refused, 0)), 0)`;
    const of = (Id: string, MetricName: string) =>
      Match.objectLike({ Id, MetricStat: Match.objectLike({ Metric: Match.objectLike({ MetricName }) }) });
    stack.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: 5,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      ...periods,
      Metrics: [
        Match.objectLike({ Expression }),
        of('errors', '5XXError'),
        of('refused', '4XXError'),
        of('requests', 'Count'),
      ],
    });
  });

  it('when the table fails again and again, which no caller notices', () => {
    stack.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'ConnectTokenVending',
      MetricName: 'TableFaults',
      Dimensions: service,
      Statistic: 'Sum',
      Period: 300,
      Threshold: 1,
      EvaluationPeriods: 12,
      DatapointsToAlarm: 3,
      TreatMissingData: 'notBreaching',
    });
  });

  it.each([
    ['150 days, unless the settings say otherwise', {}, 150],
    ['as many days as the settings say', { secretAgeAlarmDays: 90 }, 90],
  ])('when the oldest current secret is %s', (_what, settings, Threshold) => {
    template(policy, settings).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp(`${Threshold} days old or more`),
      Namespace: 'ConnectTokenVending',
      MetricName: 'SecretAgeDays',
      Dimensions: service,
      Statistic: 'Maximum',
      Period: 86_400,
      Threshold,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      EvaluationPeriods: 1,
      TreatMissingData: 'ignore',
    });
  });

  it('when a run of the refresh function fails', () => {
    stack.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: Match.stringLikeRegexp('^RefreshFunction') } }],
      Statistic: 'Sum',
      Threshold: 1,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  it('when a token that is kept warm cannot be renewed twice', () => {
    stack.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'ConnectTokenVending',
      MetricName: 'RefreshFailures',
      Dimensions: service,
      Statistic: 'Sum',
      Period: 900,
      Threshold: 1,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      TreatMissingData: 'notBreaching',
    });
  });

  it('when the refresh function has not run for an hour', () => {
    stack.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Invocations',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: Match.stringLikeRegexp('^RefreshFunction') } }],
      Statistic: 'Sum',
      Period: 3600,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  it.each(['RefreshFailures', 'RefreshScheduleUndelivered'])('when there is a message in %s', (queue) => {
    stack.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [
        { Name: 'QueueName', Value: { 'Fn::GetAtt': [Match.stringLikeRegexp(`^${queue}`), 'QueueName'] } },
      ],
      Statistic: 'Maximum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
  });
});

describe('an alarm sounds where callers ask for too much:', () => {
  it.each([
    ['a hundred denials, three times', 'Denials', 300, { Threshold: 100, EvaluationPeriods: 3 }],
    ['more mints in a day than the policy has tokens, twice over', 'Mints', 86_400, { Threshold: 20 }],
  ])('%s', (_what, MetricName, Period, more) => {
    stack.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'ConnectTokenVending',
      MetricName,
      Dimensions: service,
      Statistic: 'Sum',
      Period,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      ...more,
    });
  });

  it('instances that Lambda has not, two times of three', () => {
    stack.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Throttles',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: Match.stringLikeRegexp('^VendFunction') } }],
      Statistic: 'Sum',
      Threshold: 1,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
    });
  });

  it('but no number of mints is too high where callers choose users', () => {
    const users = {
      grantType: 'fulfillment_user_assertion',
      scopes: ['connect:post_checkout'],
      users: ['*'],
    };
    expect(names(template(withGrant(users)))).toEqual(everywhere.filter((name) => name !== 'Mints'));
  });
});

describe('an alarm sounds, though the queue stays empty,', () => {
  it.each(['InvocationDroppedCount', 'InvocationsFailedToBeSentToDeadLetterCount'])(
    'at Scheduler’s %s',
    (MetricName) => {
      const Name = only(stack, 'AWS::Scheduler::ScheduleGroup')['Name'];
      const Dimensions = [{ Name: 'ScheduleGroup', Value: Name }];
      stack.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Metrics: Match.arrayWith([
          Match.objectLike({ Expression: 'SUM([dropped, unrecorded])' }),
          Match.objectLike({
            MetricStat: Match.objectLike({
              Metric: { Namespace: 'AWS/Scheduler', MetricName, Dimensions },
              Stat: 'Sum',
            }),
          }),
        ]),
        Threshold: 1,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'notBreaching',
      });
    },
  );
});

describe('the alarms', () => {
  it('of refreshing are there only where something is kept warm', () => {
    expect(names(stack)).toEqual([...everywhere, ...whereKeptWarm]);
    expect(names(template(toYaml(goodPolicy())))).toEqual(everywhere);
  });

  it('have a section each in docs/operating.md', () => {
    const operating = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');
    for (const name of names(stack)) expect(operating).toContain(`\n### ${name}\n`);
  });

  it('tell what to do, in what fits an alarm', () => {
    for (const { AlarmDescription } of all(stack, 'AWS::CloudWatch::Alarm')) {
      expect(AlarmDescription.length).toBeGreaterThan(100);
      expect(AlarmDescription.length).toBeLessThanOrEqual(1024);
    }
  });

  it('tell the topic, if there is one', () => {
    const alarmTopicArn = 'arn:aws:sns:us-east-1:111122223333:on-call';
    const alarms = all(template(policy, { alarmTopicArn }), 'AWS::CloudWatch::Alarm');
    expect(alarms.map(({ AlarmActions, OKActions }) => [AlarmActions, OKActions])).toEqual(
      alarms.map(() => [[alarmTopicArn], [alarmTopicArn]]),
    );
    expect(all(stack, 'AWS::CloudWatch::Alarm').every(({ AlarmActions }) => !AlarmActions)).toBe(true);
  });
});
