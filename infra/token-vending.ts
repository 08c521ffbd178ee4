import { join } from 'node:path';
import { Duration, Stack, Stage } from 'aws-cdk-lib';
import { Effect, Grant, type IGrantable, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { Alarms } from './alarms/alarms.ts';
import type { Refreshing } from './alarms/refresh-alarms.ts';
import { VendingApi, type VendingApiProps } from './api/vending-api.ts';
import { bundleFunctions } from './bundle.ts';
import { type NetworkProps, networkOf } from './functions/network.ts';
import { RefreshFunction } from './functions/refresh-lambda.ts';
import { RefreshSchedule } from './functions/refresh-schedule.ts';
import { VendFunction } from './functions/vend-lambda.ts';
import { letLogsUse } from './log-key.ts';
import type { CompiledPolicy } from './policy/compile.ts';
import { ClientSecrets } from './storage/client-secrets.ts';
import { TokenTable } from './storage/tokens-table.ts';

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
   * Whether to set the CloudWatch role of API Gateway, which all APIs of the account and region share.
   * @default false
   */
  apiGatewayAccountRole?: boolean | undefined;
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

/** The whole service: an API that vends Instacart Connect access tokens to the policy's principals. */
export class TokenVending extends Construct {
  readonly api: VendingApi;
  readonly vend: VendFunction;
  readonly refresh: RefreshFunction;
  readonly secrets: ClientSecrets;
  readonly tokenTable: TokenTable;
  readonly alarms: Alarms;

  constructor(scope: Construct, id: string, props: TokenVendingProps) {
    super(scope, id);
    const { policy, refreshEvery = Duration.minutes(15) } = props;
    const serviceName = props.serviceName ?? Stack.of(this).stackName;
    const logs = {
      retention: props.logRetention ?? RetentionDays.ONE_YEAR,
      ...(props.logKey && { encryptionKey: props.logKey }),
    };
    if (props.logKey) letLogsUse(props.logKey, Stack.of(this));
    this.secrets = new ClientSecrets(this, 'Secrets', policy.secrets);
    this.tokenTable = new TokenTable(this, 'Tokens');
    const both = {
      serviceName,
      logs,
      memoryMegabytes: props.memoryMegabytes ?? 512,
      asset: this.bundle(policy),
      tracing: props.tracing ?? false,
      network: networkOf(props),
      tokenTable: this.tokenTable,
    };
    const keptWarm = policy.policy.keepWarm.map(({ client }) => client);
    this.vend = new VendFunction(this, 'Vend', {
      ...both,
      grantSecrets: (role) => this.secrets.grantRead(role),
      reservedConcurrency: props.reservedConcurrency,
    });
    this.refresh = new RefreshFunction(this, 'Refresh', {
      ...both,
      grantSecrets: (role) => this.secrets.grantRead(role, keptWarm),
      every: refreshEvery,
    });
    const refreshing = keptWarm.length === 0 ? undefined : this.schedule(refreshEvery);
    this.api = this.createApi(props, { name: serviceName, logs });
    this.alarms = new Alarms(this, 'Alarms', {
      service: serviceName,
      topic: props.alarmTopic,
      api: this.api.api,
      refreshing,
    });
  }

  private createApi(props: TokenVendingProps, more: Pick<VendingApiProps, 'name' | 'logs'>): VendingApi {
    return new VendingApi(this, 'Http', {
      ...more,
      stageName: props.stageName ?? 'prod',
      throttling: props.throttling ?? { requestsPerSecond: 100, burst: 200 },
      accountRole: props.apiGatewayAccountRole ?? false,
      tracing: props.tracing ?? false,
      handler: this.vend.function,
      principals: props.policy.principals,
    });
  }

  private schedule(every: Duration): Refreshing {
    const { function: handler, failures } = this.refresh;
    const { undelivered, group } = new RefreshSchedule(this, 'RefreshSchedule', { every, handler });
    return { handler, failures, undelivered, schedules: group };
  }

  /** The whole URL, for a caller's HTTP client. */
  get tokenUrl(): string {
    return this.api.tokenUrl;
  }

  /** The identity policy that a caller in another account needs. */
  get callerPolicy(): PolicyDocument {
    const invoke = { effect: Effect.ALLOW, actions: ['execute-api:Invoke'], resources: [this.api.tokenArn] };
    return new PolicyDocument({ statements: [new PolicyStatement(invoke)] });
  }

  /**
   * Lets a role or user of the app send requests to the API. Which tokens it gets is for the policy file to say: without a
   * grant there it is refused.
   */
  grantInvoke(grantee: IGrantable): Grant {
    const [actions, resourceArns] = [['execute-api:Invoke'], [this.api.tokenArn]];
    return Grant.addToPrincipal({ grantee, actions, resourceArns });
  }

  /** The folder with the code of both functions, and the policy. */
  private bundle({ policy }: CompiledPolicy): string {
    const outdir = Stage.of(this)?.outdir ?? '';
    const into = join(outdir, 'bundle', this.node.addr, 'functions');
    bundleFunctions({ policy, into });
    return into;
  }
}
