import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/**
 * Denies grants but those that an AWS service makes for itself, as DynamoDB does for a table: a grant outlives the
 * permissions of the identity that made it. Source: AWS KMS, "Controlling access to grants", kms:GrantIsForAWSResource.
 */
export function denyGrantsToOthers(): PolicyStatement {
  return new PolicyStatement({
    sid: 'GrantsToServicesOnly',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['kms:CreateGrant'],
    // `*` is this key.
    resources: ['*'],
    conditions: {
      BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' },
    },
  });
}
