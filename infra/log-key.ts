import type { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

/**
 * Lets CloudWatch Logs use the key for the log groups of this stack; does nothing to an imported key. The groups' own
 * ARNs would be a circular dependency. CloudFormation begins the names that it makes up with the stack's, and API
 * Gateway begins that of an execution log in its own way. Source: Amazon CloudWatch Logs, "Encrypt log data in
 * CloudWatch Logs using AWS KMS".
 */
export function letLogsUse(key: IKey, { stackName, partition, region, account }: Stack): void {
  const groups = [`${stackName}-*`, 'API-Gateway-Execution-Logs_*'];
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'CloudWatchLogs',
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      // `*` is this key.
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': groups.map(
            (name) => `arn:${partition}:logs:${region}:${account}:log-group:${name}`,
          ),
        },
      },
    }),
  );
}
