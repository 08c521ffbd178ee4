import { Validations } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** CodeDeploy's ways to move requests to a new version, by the setting's word for them. */
const configurations = {
  canary10Percent5Minutes: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
  canary10Percent10Minutes: LambdaDeploymentConfig.CANARY_10PERCENT_10MINUTES,
  canary10Percent15Minutes: LambdaDeploymentConfig.CANARY_10PERCENT_15MINUTES,
  linear10PercentEvery1Minute: LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_1MINUTE,
  linear10PercentEvery2Minutes: LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_2MINUTES,
  linear10PercentEvery3Minutes: LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_3MINUTES,
} as const;

/** How requests move to a new version of the vend function. */
export type DeploymentStyle = 'allAtOnce' | keyof typeof configurations;

export const deploymentStyles = ['allAtOnce', ...Object.keys(configurations)] as DeploymentStyle[];

/**
 * Moves requests step by step where the style says so, and moves them all back as soon as an alarm fires. The alarms must
 * not refer to the API: the API refers to the alias, and the alias to the deployment group.
 */
export function deployInSteps(
  scope: Construct,
  { alias, style, alarms }: { alias: Alias; style: DeploymentStyle; alarms: readonly IAlarm[] },
): void {
  if (style === 'allAtOnce') return;
  const group = new LambdaDeploymentGroup(scope, 'Deployment', {
    alias,
    deploymentConfig: configurations[style],
    alarms: [...alarms],
    autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
  });
  Validations.of(group).acknowledge({
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
    reason: 'CodeDeploy documents this managed policy for deployments of functions; it names no function.',
  });
}
