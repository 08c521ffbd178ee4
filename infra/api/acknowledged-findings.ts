import { Validations } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';

const loggingPolicy = 'AmazonAPIGatewayPushToCloudWatchLogs';

/** Gives the reason for each finding of cdk-nag that this API keeps. */
export function acknowledgeFindings(api: RestApi): void {
  Validations.of(api).acknowledge(
    {
      id: 'AwsSolutions-APIG2',
      reason:
        "The function validates requests: API Gateway's validator knows neither forms nor the contract's errors.",
    },
    {
      id: 'AwsSolutions-APIG3',
      reason:
        'API Gateway only passes on requests that a listed identity has signed, and the stage throttles them.',
    },
    {
      id: 'AwsSolutions-COG4',
      reason: 'Callers are AWS workloads: IAM authorises every method, and there are no user pools.',
    },
  );
  const accountRole = api.node.tryFindChild('CloudWatchRole');
  if (accountRole === undefined) return;
  Validations.of(accountRole).acknowledge({
    id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${loggingPolicy}]`,
    reason: 'API Gateway documents this managed policy for the role that all APIs of the account log with.',
  });
}
