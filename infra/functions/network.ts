import { Validations } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { FunctionOptions } from 'aws-cdk-lib/aws-lambda';

/** The VPC of both functions, if they run in one. */
export type NetworkProps = {
  /**
   * Where both functions run. They need ways out to Connect, DynamoDB, Secrets Manager and, for tracing, X-Ray.
   * @default - outside any VPC of the account
   */
  vpc?: IVpc | undefined;
  /**
   * Which subnets of `vpc`.
   * @default - its private ones
   */
  vpcSubnets?: SubnetSelection | undefined;
  /**
   * Those of the functions in `vpc`.
   * @default - one of its own for each function, which lets everything out and nothing in
   */
  securityGroups?: ISecurityGroup[] | undefined;
};

export type Network = Pick<FunctionOptions, keyof NetworkProps>;

export function networkOf({ vpc, vpcSubnets, securityGroups }: NetworkProps): Network {
  return {
    ...(vpc && { vpc }),
    ...(vpcSubnets && { vpcSubnets }),
    ...(securityGroups && { securityGroups }),
  };
}

/**
 * What Lambda does as the function's role to attach it to a VPC. AWS's managed policy would let the function write any
 * log, too. Source: AWS Lambda, "Giving Lambda functions access to resources in an Amazon VPC", Required IAM permissions.
 */
export function networkPermissions(): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ],
    resources: ['*'],
  });
}

export function acknowledgeWildcards(role: Role): void {
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'The actions of X-Ray and of network interfaces take no resource, or none that is known before.',
  });
}
