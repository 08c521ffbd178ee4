import { describe, expect, it, vi } from 'vitest';
import { createLog } from '../../lambda/observability/log.ts';
import { createRecordProbe } from '../../lambda/observability/probe-line.ts';
import { readEmbeddedMetrics } from '../support/embedded-metrics.ts';
import { goodPolicy, toYaml, withKeepWarm, withProber } from '../support/policies.ts';
import { all, allow, arn, only, ref } from './resources.ts';
import { createStack, template } from './synthesise.ts';

const withRole = (role: string) => template(withProber({ prober: { role } }));
const kept = { client: 'acme', scopes: ['connect:fulfillment'] };
const stack = withRole('arn:aws:iam::111122223333:role/ops/probes/prober');
const without = template(withKeepWarm(kept));
type Template = typeof stack;

function one(of: Template, type: string, prefix: string) {
  const [found, ...more] = Object.entries(of.findResources(type)).filter(([id]) => id.startsWith(prefix));
  if (found === undefined || more.length > 0) throw new Error(`not one ${type} ${prefix}`);
  return found[1]['Properties'];
}

const alarm = (of: Template, name: string) => one(of, 'AWS::CloudWatch::Alarm', `Alarms${name}`);

describe("the prober's role", () => {
  it('has the name and path that the policy file gives, and is for Lambda', () => {
    expect(one(stack, 'AWS::IAM::Role', 'ProbeRole')).toEqual({
      RoleName: 'prober',
      Path: '/ops/probes/',
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
        ],
      },
    });
    const { RoleName, Path } = one(
      withRole('arn:aws:iam::111122223333:role/a.b'),
      'AWS::IAM::Role',
      'ProbeRole',
    );
    expect([RoleName, Path]).toEqual(['a.b', undefined]);
  });

  it('can write its own log, and do nothing else', () => {
    const policies = [...all(stack, 'AWS::IAM::Policy'), ...all(stack, 'AWS::IAM::ManagedPolicy')];
    const itsOwn = policies.filter(({ Roles }) =>
      Roles.some(({ Ref }: { Ref: string }) => Ref.startsWith('ProbeRole')),
    );
    expect(itsOwn.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)).toEqual([
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arn('ProbeLog')),
    ]);
  });

  it('is let in by the resource policy of the API', () => {
    const { Policy } = only(stack, 'AWS::ApiGateway::RestApi');
    const [allows, denies] = Policy.Statement;
    expect(allows.Condition.StringEquals['aws:PrincipalAccount']).toEqual(['111122223333']);
    expect(denies.Condition.ArnNotLike['aws:PrincipalArn']).toContain(
      'arn:aws:iam::111122223333:role/ops/probes/prober',
    );
  });

  it('is not among those that may read or write tokens', () => {
    const table = only(stack, 'AWS::DynamoDB::Table');
    expect(JSON.stringify(table)).not.toContain('ProbeRole');
    for (const key of all(stack, 'AWS::KMS::Key')) expect(JSON.stringify(key)).not.toContain('ProbeRole');
  });
});

describe('the probe function', () => {
  it('shares the asset of the vend function, and has the URL, a log and 35 seconds of its own', () => {
    const probe = one(stack, 'AWS::Lambda::Function', 'ProbeFunction');
    expect(probe).toEqual({
      ...one(stack, 'AWS::Lambda::Function', 'VendFunction'),
      Description: 'Tries the vending of Instacart Connect access tokens out',
      Handler: 'probe-function.handler',
      Environment: {
        Variables: {
          SERVICE_NAME: 'connect-token-vending',
          TOKEN_URL: stack.findOutputs('TokenUrl')['TokenUrl']?.['Value'],
        },
      },
      LoggingConfig: { LogGroup: ref('ProbeLog') },
      Role: arn('ProbeRole'),
      Timeout: 35,
    });
  });

  it('runs every five minutes, with the event of a schedule, under a role that can invoke it alone', () => {
    const { Target, ...schedule } = one(stack, 'AWS::Scheduler::Schedule', 'ProbeSchedule');
    expect(schedule).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    expect(Target).toMatchObject({ Arn: arn('ProbeFunction'), RoleArn: arn('ProbeScheduleRole') });
    expect(JSON.parse(Target.Input).source).toBe('connect-token-vending.schedule');
    expect(Target.RetryPolicy).toEqual({ MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 300 });
    const invoking = all(stack, 'AWS::IAM::Policy').filter(({ Roles }) =>
      Roles.some(({ Ref }: { Ref: string }) => Ref.startsWith('ProbeScheduleRole')),
    );
    expect(invoking.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)).toEqual([
      allow('lambda:InvokeFunction', arn('ProbeFunction')),
      allow('sqs:SendMessage', arn('ProbeScheduleUndelivered')),
    ]);
  });
});

describe('an alarm of the prober sounds', () => {
  it('when the vend was wrong twice in three times, or the prober does not run', () => {
    expect(alarm(stack, 'ProbeVend')).toMatchObject({
      Namespace: 'ConnectTokenVending',
      Statistic: 'Minimum',
      Period: 300,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      TreatMissingData: 'breaching',
    });
  });

  it('when a scope was not refused, once is enough, and no answer is no fault', () => {
    const { DatapointsToAlarm, ...properties } = alarm(stack, 'ProbeRefusal');
    expect(DatapointsToAlarm).toBeUndefined();
    expect(properties).toMatchObject({
      Namespace: 'ConnectTokenVending',
      Statistic: 'Minimum',
      Period: 300,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  it.each([
    ['ProbeVend', 'vend'],
    ['ProbeRefusal', 'refusal'],
  ] as const)('%s at the metric that the lines of the function carry', (name, probe) => {
    const printed: string[] = [];
    const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed.push(String(text));
      return true;
    });
    const { Variables } = one(stack, 'AWS::Lambda::Function', 'ProbeFunction').Environment;
    const record = createRecordProbe(createLog(Variables.SERVICE_NAME));
    record({ probe, verdict: 'wrong', status: 200 }, { durationMs: 1, functionRequestId: 'id' });
    stdout.mockRestore();
    const { Namespace, MetricName, Dimensions } = alarm(stack, name);
    const dimensions = Object.fromEntries(
      Dimensions.map(({ Name, Value }: { Name: string; Value: string }) => [Name, Value]),
    );
    expect(readEmbeddedMetrics(printed)).toEqual([{ name: MetricName, value: 0, unit: 'Count', dimensions }]);
    expect(printed.join('')).toContain(`"Namespace":"${Namespace}"`);
  });

  it('and the refusal takes a new version of the vend function back', () => {
    const { AlarmConfiguration } = only(stack, 'AWS::CodeDeploy::DeploymentGroup');
    expect(AlarmConfiguration.Alarms).toEqual([
      { Name: ref('AlarmsServerErrors') },
      { Name: ref('AlarmsProbeRefusal') },
    ]);
  });

  it('and tells the topic', () => {
    const alarmTopicArn = 'arn:aws:sns:us-east-1:111122223333:on-call';
    const told = template(withProber(), { alarmTopicArn });
    for (const name of ['ProbeVend', 'ProbeRefusal']) {
      expect(alarm(told, name).AlarmActions).toEqual([alarmTopicArn]);
    }
  });
});

describe('the stack', () => {
  it('passes the rules of cdk-nag with a prober', () => {
    expect(() => createStack(withProber()).app.synth()).not.toThrow();
    expect(() => createStack(withProber(), { tracing: true }).app.synth()).not.toThrow();
  });

  it('has a row of the dashboard for it', () => {
    const [shown, hidden] = [stack, without].map((of) =>
      JSON.stringify(only(of, 'AWS::CloudWatch::Dashboard')),
    );
    expect(shown).toContain('ProbeRefusalRight');
    expect(hidden).not.toContain('Probe');
  });

  it.each([
    ['tokens are kept warm', without],
    ['nothing is', template(toYaml(goodPolicy()))],
  ])('has nothing of it where the policy has none, although %s', (_what, of) => {
    // Of its code there is the entry in the asset, which every stack has.
    expect(Object.keys(of.toJSON()['Resources']).filter((id) => /prob/i.test(id))).toEqual([]);
    expect(JSON.stringify(of.toJSON())).not.toMatch(/prober|probe-function/i);
  });
});
