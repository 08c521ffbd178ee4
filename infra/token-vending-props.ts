import { Duration, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { AccessMode, Domain, Endpoint } from './api/address.ts';
import type { DeploymentStyle } from './functions/deployment.ts';
import type { NetworkProps } from './functions/network.ts';
import type { CompiledPolicy } from './policy/compile.ts';

export type TokenVendingProps = NetworkProps & {
  /** Who may have which tokens: what `readPolicy` has made of a policy file. */
  policy: CompiledPolicy;
  /**
   * Tells this deployment's log lines and metrics from those of others in the account.
   * @default - the stack's name
   */
  serviceName?: string | undefined;
  /**
   * The API's stage, a part of its own URL.
   * @default 'prod'
   */
  stageName?: string | undefined;
  /**
   * A name of your own for the API, so that its URL outlasts it.
   * @default - API Gateway's own name alone
   */
  domain?: Domain | undefined;
  /**
   * Whether the API is on the internet, or is reached through VPC endpoints alone.
   * @default 'regional'
   */
  endpoint?: Endpoint | undefined;
  /**
   * Closes API Gateway's own name, the only one that Step Functions can call. Only with a domain.
   * @default false
   */
  disableExecuteApiEndpoint?: boolean | undefined;
  /**
   * BASIC where callers reach a domain on the internet through a VPC endpoint, where they reach a private API without
   * its domain and without private DNS, and for one deployment before `endpoint` changes.
   * @default 'STRICT'
   */
  endpointAccessMode?: AccessMode | undefined;
  /**
   * The rate for all callers together, and how many requests may come at once.
   * @default - 100 requests a second, bursts of 200
   */
  throttling?: { requestsPerSecond: number; burst: number } | undefined;
  /**
   * The memory of both functions. Lambda gives CPU in proportion.
   * @default 512
   */
  memoryMegabytes?: number | undefined;
  /**
   * The most instances of the vend function that run at once.
   * @default - the account's limit
   */
  reservedConcurrency?: number | undefined;
  /**
   * The time between two runs of the refresh function, 15 minutes at most.
   * @default Duration.minutes(15)
   */
  refreshEvery?: Duration | undefined;
  /**
   * The time between two runs of the prober, which the policy file's `prober` asks for.
   * @default Duration.minutes(5)
   */
  probeEvery?: Duration | undefined;
  /**
   * How long all logs are kept.
   * @default RetentionDays.ONE_YEAR
   */
  logRetention?: RetentionDays | undefined;
  /**
   * Encrypts all log groups. The policy of an imported key must let CloudWatch Logs use it; one of this app gets the
   * statement here.
   * @default - CloudWatch's own key
   */
  logKey?: IKey | undefined;
  /**
   * The age of a client secret at which an alarm fires. Instacart advises a rotation every six months.
   * @default 150
   */
  secretAgeAlarmDays?: number | undefined;
  /**
   * Whether to set the CloudWatch role of API Gateway, which all APIs of the account and region share.
   * @default false
   */
  apiGatewayAccountRole?: boolean | undefined;
  /**
   * How requests move to a new version of the vend function: all at once, or step by step, and back if an alarm fires.
   * @default 'canary10Percent5Minutes'
   */
  deployment?: DeploymentStyle | undefined;
  /**
   * Whether API Gateway and the functions send traces to X-Ray. They hold no header, body or token, but each
   * request's URL with its query.
   * @default false
   */
  tracing?: boolean | undefined;
  /**
   * Where alarms go, and their end.
   * @default - nobody is notified
   */
  alarmTopic?: ITopic | undefined;
};

/** The props with every default. */
export type Settled = ReturnType<typeof withDefaults>;

export function withDefaults(scope: Construct, props: TokenVendingProps) {
  return {
    ...props,
    serviceName: props.serviceName ?? Stack.of(scope).stackName,
    stageName: props.stageName ?? 'prod',
    throttling: props.throttling ?? { requestsPerSecond: 100, burst: 200 },
    memoryMegabytes: props.memoryMegabytes ?? 512,
    refreshEvery: props.refreshEvery ?? Duration.minutes(15),
    probeEvery: props.probeEvery ?? Duration.minutes(5),
    deployment: props.deployment ?? 'canary10Percent5Minutes',
    logs: {
      retention: props.logRetention ?? RetentionDays.ONE_YEAR,
      ...(props.logKey && { encryptionKey: props.logKey }),
    },
    tracing: props.tracing ?? false,
    accountRole: props.apiGatewayAccountRole ?? false,
    secretAgeAlarmDays: props.secretAgeAlarmDays ?? 150,
  };
}
