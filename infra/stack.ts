import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { NetworkProps } from './functions/network.ts';
import { type DomainSetting, type EndpointSetting, importDomain, importEndpoint } from './imported.ts';
import { addOutputs } from './outputs.ts';
import { addPlacementRules } from './placement.ts';
import { TokenVending } from './token-vending.ts';
import type { TokenVendingProps } from './token-vending-props.ts';

type NotPlainData =
  | 'serviceName'
  | 'refreshEvery'
  | 'logRetention'
  | 'logKey'
  | 'alarmTopic'
  | 'domain'
  | 'endpoint'
  | keyof NetworkProps;

/** What a file of settings can say of a construct's props: plain data. */
export type VendingStackProps = StackProps &
  Omit<TokenVendingProps, NotPlainData> & {
    /** @default - API Gateway's own name alone */
    domain?: DomainSetting | undefined;
    /** @default 'regional' */
    endpoint?: EndpointSetting | undefined;
    /** @default 15 */
    refreshMinutes?: number | undefined;
    /** @default 365 */
    logRetentionDays?: number | undefined;
    /**
     * The key of all log groups. Its policy must let CloudWatch Logs use it.
     * @default - CloudWatch's own key
     */
    logKeyArn?: string | undefined;
    /** @default - nobody is notified */
    alarmTopicArn?: string | undefined;
  };

/** The whole service in a stack of its own, with outputs. It belongs to no account or region unless `env` says so. */
export class VendingStack extends Stack {
  readonly vending: TokenVending;

  constructor(scope: Construct, id: string, props: VendingStackProps) {
    super(scope, id, { description: 'Vends Instacart Connect access tokens to cloud workloads', ...props });
    const { refreshMinutes, logRetentionDays, logKeyArn, alarmTopicArn, domain, endpoint } = props;
    // CDK leaves an id of Default out of logical ids, which would otherwise all change.
    this.vending = new TokenVending(this, 'Default', {
      ...props,
      domain: domain && importDomain(this, domain),
      endpoint: endpoint && importEndpoint(this, endpoint),
      refreshEvery: refreshMinutes === undefined ? undefined : Duration.minutes(refreshMinutes),
      logRetention: logRetentionDays,
      logKey: logKeyArn === undefined ? undefined : Key.fromKeyArn(this, 'LogKey', logKeyArn),
      alarmTopic: alarmTopicArn === undefined ? undefined : Topic.fromTopicArn(this, 'Topic', alarmTopicArn),
    });
    addPlacementRules(this, props);
    addOutputs(this, props.policy, this.vending);
  }
}
