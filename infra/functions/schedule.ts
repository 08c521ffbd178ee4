import { type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule, ScheduleExpression, ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { scheduleInput } from '../../lambda/protocol/schedule-event.ts';
import { FailureQueue } from './failure-queue.ts';

export type FunctionScheduleProps = { description: string; every: Duration; handler: IFunction };

/** Invokes a function at a fixed rate, with a role that may do nothing else. */
export class FunctionSchedule extends Construct {
  /** Invocations that Scheduler could not deliver. */
  readonly undelivered: FailureQueue;
  /** Scheduler reports by group, and this one has no other schedule. */
  readonly group: ScheduleGroup;

  constructor(scope: Construct, id: string, { description, every, handler }: FunctionScheduleProps) {
    super(scope, id);
    this.undelivered = new FailureQueue(this, 'Undelivered');
    this.group = new ScheduleGroup(this, 'Group', { removalPolicy: RemovalPolicy.DESTROY });
    const role = this.createRole(this.group, handler);
    const schedule = new CfnSchedule(this, 'Schedule', {
      description,
      groupName: this.group.scheduleGroupName,
      scheduleExpression: ScheduleExpression.rate(every).expressionString,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: handler.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify(scheduleInput),
        deadLetterConfig: { arn: this.undelivered.queueArn },
        // Ends with the next run, which does the same work.
        retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: every.toSeconds() },
      },
    });
    // Waits for the role's permissions too: a reference alone waits for the role only.
    schedule.node.addDependency(role);
  }

  private createRole(group: ScheduleGroup, handler: IFunction): Role {
    const role = new Role(this, 'Role', {
      // The schedule has a group of its own, because Scheduler names only the group when it assumes the role.
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': Stack.of(this).account,
            'aws:SourceArn': group.scheduleGroupArn,
          },
        },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['lambda:InvokeFunction'],
        resources: [handler.functionArn],
      }),
    );
    this.undelivered.grantSend(role);
    return role;
  }
}
