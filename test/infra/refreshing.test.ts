import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createRefreshHandler } from '../../lambda/refresh/refresh-handler.ts';
import { goodPolicy, toYaml, withKeepWarm } from '../support/policies.ts';
import { all, allow, arn, decrypt, only, ref, statementsOf } from './resources.ts';
import { template } from './synthesise.ts';

const kept = { client: 'acme', scopes: ['connect:fulfillment'] };
const stack = template(withKeepWarm(kept));
const nothingKept = template(toYaml(goodPolicy()));
const functionOf = (of: typeof stack) =>
  all(of, 'AWS::Lambda::Function').find(({ Handler }) => Handler === 'refresh-function.handler');

describe('the refresh function', () => {
  it("has a role that can do nothing that the function's work does not need", () => {
    expect(statementsOf(stack, 'RefreshRole')).toEqual([
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arn('RefreshLog')),
      allow('secretsmanager:GetSecretValue', ref('Secretsconnectacme')),
      decrypt(arn('SecretsKey'), 'secretsmanager'),
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], arn('TokensTable')),
      decrypt(arn('TokensKey'), 'dynamodb'),
      allow('sqs:SendMessage', arn('RefreshFailures')),
    ]);
  });

  it('may read the secrets of all clients, also of those that it keeps no tokens of: it tells their age', () => {
    const policy = goodPolicy();
    policy.clients['other'] = { secretName: 'connect/other' };
    policy.keepWarm = [kept];
    const of = template(toYaml(policy));
    const read = 'secretsmanager:GetSecretValue';
    for (const role of ['VendRole', 'RefreshRole']) {
      expect(statementsOf(of, role)).toContainEqual(
        allow(read, [ref('Secretsconnectacme'), ref('Secretsconnectother')]),
      );
    }
  });

  it('shares the asset of the vend function, and has a log and five minutes of its own', () => {
    const [vend] = all(stack, 'AWS::Lambda::Function');
    expect(functionOf(stack)).toEqual({
      ...vend,
      Description: 'Keeps Instacart Connect access tokens fresh',
      Handler: 'refresh-function.handler',
      LoggingConfig: { LogGroup: ref('RefreshLog') },
      Role: arn('RefreshRole'),
      Timeout: 300,
    });
    stack.resourceCountIs('AWS::Lambda::Function', 2);
  });

  it('may be invoked by nobody but its schedule', () => {
    const targets = all(stack, 'AWS::Lambda::Permission').map(({ FunctionName }) => FunctionName);
    expect(targets).not.toContainEqual(arn('RefreshFunction'));
    const invoking = all(stack, 'AWS::IAM::Policy').filter((policy) =>
      JSON.stringify(policy).includes('lambda:'),
    );
    expect(invoking.map(({ Roles }) => Roles)).toEqual([[ref('RefreshScheduleRole')]]);
  });

  it('hands a failed run to a queue, and leaves the retry to the next run', () => {
    expect(only(stack, 'AWS::Lambda::EventInvokeConfig')).toMatchObject({
      FunctionName: ref('RefreshFunction'),
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 900,
      DestinationConfig: { OnFailure: { Destination: arn('RefreshFailures') } },
    });
  });
});

describe('the schedule', () => {
  const { Target, ...schedule } = only(stack, 'AWS::Scheduler::Schedule');

  it('runs every 15 minutes, or as often as the settings say, and on time', () => {
    expect(schedule).toMatchObject({
      ScheduleExpression: 'rate(15 minutes)',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    expect(schedule['State']).toBeUndefined();
    const { ScheduleExpression } = only(
      template(withKeepWarm(kept), { refreshMinutes: 1 }),
      'AWS::Scheduler::Schedule',
    );
    expect(ScheduleExpression).toBe('rate(1 minute)');
  });

  it('invokes the function with an event of its own shape', () => {
    expect(Target.Arn).toEqual(arn('RefreshFunction'));
    expect(JSON.parse(Target.Input)).toEqual({
      source: 'connect-token-vending.schedule',
      schedule_arn: '<aws.scheduler.schedule-arn>',
      scheduled_time: '<aws.scheduler.scheduled-time>',
      execution_id: '<aws.scheduler.execution-id>',
    });
  });

  it('sends what the function accepts, once Scheduler has filled it in', async () => {
    const refresh = createRefreshHandler({
      policy: { clients: [], grants: [], keepWarm: [] },
      renew: () => Promise.reject(new Error('there is nothing to renew')),
      recordRefresh: () => undefined,
      secretAge: () => Promise.reject(new Error('there is no client')),
      recordSecret: () => undefined,
      now: () => 0,
      monotonic: () => 0,
    });
    const context = { getRemainingTimeInMillis: () => 300_000 } as Context;
    const arrived = Target.Input.replace(
      '<aws.scheduler.schedule-arn>',
      'arn:aws:scheduler:us-east-1:111122223333:schedule/group/name',
    )
      .replace('<aws.scheduler.scheduled-time>', '2026-03-01T12:00:00Z')
      .replace('<aws.scheduler.execution-id>', 'd32c5kddcf5bb8c3');
    await expect(refresh(JSON.parse(arrived), context)).resolves.toMatchObject({ entries: 0 });
    await expect(refresh(JSON.parse(Target.Input), context)).rejects.toThrow(/schedule/);
  });

  it('gives up with the next run, into a dead-letter queue', () => {
    expect(Target.RetryPolicy).toEqual({ MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 900 });
    expect(Target.DeadLetterConfig).toEqual({ Arn: arn('RefreshScheduleUndelivered') });
  });

  it('has a role that can invoke this function and write to that queue: nothing else', () => {
    expect(Target.RoleArn).toEqual(arn('RefreshScheduleRole'));
    expect(statementsOf(stack, 'RefreshScheduleRole')).toEqual([
      allow('lambda:InvokeFunction', arn('RefreshFunction')),
      allow('sqs:SendMessage', arn('RefreshScheduleUndelivered')),
    ]);
  });

  it('has a role that Scheduler takes for schedules of this stack alone', () => {
    const roles = all(stack, 'AWS::IAM::Role').map(
      ({ AssumeRolePolicyDocument }) => AssumeRolePolicyDocument.Statement,
    );
    expect(roles).toContainEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: 'scheduler.amazonaws.com' },
        Condition: {
          StringEquals: {
            'aws:SourceAccount': { Ref: 'AWS::AccountId' },
            'aws:SourceArn': arn('RefreshScheduleGroup'),
          },
        },
      },
    ]);
    expect(schedule['GroupName']).toBe(only(stack, 'AWS::Scheduler::ScheduleGroup')['Name']);
  });
});

describe('both queues', () => {
  it('are encrypted, and keep for 14 days what nobody has looked at', () => {
    const queues = all(stack, 'AWS::SQS::Queue');
    expect(queues).toHaveLength(2);
    for (const queue of queues) {
      expect(queue).toEqual({
        SqsManagedSseEnabled: true,
        MessageRetentionPeriod: 1_209_600,
        RedriveAllowPolicy: { redrivePermission: 'allowAll' },
      });
    }
  });

  it('take TLS only', () => {
    const policies = all(stack, 'AWS::SQS::QueuePolicy');
    expect(policies.map(({ Queues }) => Queues)).toEqual([
      [ref('RefreshFailures')],
      [ref('RefreshScheduleUndelivered')],
    ]);
    for (const { PolicyDocument } of policies) {
      expect(PolicyDocument.Statement).toMatchObject([
        {
          Effect: 'Deny',
          Action: 'sqs:*',
          Principal: { AWS: '*' },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ]);
    }
  });
});

describe('where nothing is kept warm', () => {
  it('the function is there, and nothing ever invokes it', () => {
    // The asset has the policy in it.
    expect({ ...functionOf(nothingKept), Code: 0 }).toEqual({ ...functionOf(stack), Code: 0 });
    for (const type of ['Schedule', 'ScheduleGroup']) {
      nothingKept.resourceCountIs(`AWS::Scheduler::${type}`, 0);
    }
    expect(JSON.stringify(all(nothingKept, 'AWS::IAM::Policy'))).not.toContain('lambda:');
  });

  it('it may read no secret', () => {
    expect(statementsOf(nothingKept, 'RefreshRole')).toEqual([
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arn('RefreshLog')),
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], arn('TokensTable')),
      decrypt(arn('TokensKey'), 'dynamodb'),
      allow('sqs:SendMessage', arn('RefreshFailures')),
    ]);
  });
});
