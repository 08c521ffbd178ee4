import { join } from 'node:path';
import { type CfnResource, Duration, Stack, Stage, Validations } from 'aws-cdk-lib';
import { Effect, Grant, type IGrantable, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { Alarms } from './alarms/alarms.ts';
import type { Refreshing } from './alarms/refresh-alarms.ts';
import type { AccessMode, Domain, Endpoint } from './api/address.ts';
import { VendingApi, type VendingApiProps } from './api/vending-api.ts';
import { bundleFunctions } from './bundle.ts';
import { ServiceDashboard } from './dashboard/dashboard.ts';
import { SavedQueries } from './dashboard/queries.ts';
import { type DeploymentStyle, deployInSteps } from './functions/deployment.ts';
import { RefreshFunction } from './functions/refresh-lambda.ts';
import { FunctionSchedule } from './functions/schedule.ts';
import { VendFunction } from './functions/vend-lambda.ts';
import { templateLines } from './grants/template-lines.ts';
import type { CompiledPolicy } from './policy/compile.ts';
import { ClientSecrets } from './storage/client-secrets.ts';
import { TokenTable } from './storage/tokens-table.ts';

const defaultStageName = 'prod';

export type TokenVendingProps = {
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
   * How long all logs are kept.
   * @default RetentionDays.ONE_YEAR
   */
  logRetention?: RetentionDays | undefined;
  /**
   * Encrypts all log groups. Its policy must let CloudWatch Logs use it.
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
    this.secrets = new ClientSecrets(this, 'Secrets', policy.secrets);
    this.tokenTable = new TokenTable(this, 'Tokens');
    const both = {
      serviceName,
      logs,
      memoryMegabytes: props.memoryMegabytes ?? 512,
      asset: this.bundle(policy),
      tokenTable: this.tokenTable,
    };
    const keptWarm = policy.policy.keepWarm.length;
    this.vend = new VendFunction(this, 'Vend', {
      ...both,
      grantSecrets: (role) => this.secrets.grantRead(role),
      reservedConcurrency: props.reservedConcurrency,
    });
    this.refresh = new RefreshFunction(this, 'Refresh', {
      ...both,
      // Each run records the age of every client's secret. Without a schedule there is no run.
      grantSecrets: (role) => (keptWarm > 0 ? this.secrets.grantRead(role) : undefined),
      every: refreshEvery,
    });
    // For `cdk diff`, which prints what comes and what goes.
    (this.vend.function.node.defaultChild as CfnResource).addMetadata('Grants', templateLines(policy));
    const refreshing = keptWarm === 0 ? undefined : this.schedule(refreshEvery);
    this.api = this.createApi(props, { name: serviceName, logs });
    this.alarms = new Alarms(this, 'Alarms', {
      service: serviceName,
      topic: props.alarmTopic,
      api: { apiName: serviceName, stageName: props.stageName ?? defaultStageName },
      refreshing,
      probing: undefined,
      secretAgeAlarmDays: props.secretAgeAlarmDays ?? 150,
    });
    const { alias } = this.vend;
    const style = props.deployment ?? 'canary10Percent5Minutes';
    deployInSteps(this.vend, { alias, style, alarms: this.alarms.ofVersion });
    this.watch(serviceName, keptWarm);
    for (const [index, warning] of policy.warnings.entries()) {
      Validations.of(this).addWarning(`ConnectTokenVending-PolicyWarning${index + 1}`, warning);
    }
  }

  private createApi(props: TokenVendingProps, more: Pick<VendingApiProps, 'name' | 'logs'>): VendingApi {
    return new VendingApi(this, 'Http', {
      ...props,
      ...more,
      stageName: props.stageName ?? defaultStageName,
      throttling: props.throttling ?? { requestsPerSecond: 100, burst: 200 },
      accountRole: props.apiGatewayAccountRole ?? false,
      handler: this.vend.alias as IFunction,
      principals: props.policy.principals,
    });
  }

  private watch(serviceName: string, keptWarm: number): void {
    const { api, vend, refresh } = this;
    const functions = { vend: vend.function, refresh: refresh.function };
    new ServiceDashboard(this, 'Seen', { serviceName, api: api.api, ...functions, keptWarm });
    const logs = { vend: vend.logGroup, refresh: refresh.logGroup, access: api.accessLog };
    new SavedQueries(this, 'Queries', { serviceName, logs });
  }

  private schedule(every: Duration): Refreshing {
    const { function: handler, failures } = this.refresh;
    const { undelivered, group } = new FunctionSchedule(this, 'RefreshSchedule', {
      description: 'Keeps the tokens of keepWarm in the policy fresh',
      every,
      handler,
    });
    return { handler, failures, undelivered, schedules: group };
  }

  /** The whole URL, for a caller's HTTP client. */
  get tokenUrl(): string {
    return this.api.tokenUrl;
  }

  /** The identity policy that a caller in another account needs. */
  get callerPolicy(): PolicyDocument {
    const invoke = { effect: Effect.ALLOW, actions: ['execute-api:Invoke'], resources: this.api.callArns };
    return new PolicyDocument({ statements: [new PolicyStatement(invoke)] });
  }

  /**
   * Lets a role or user of the app send requests to the API. Which tokens it gets is for the policy file to say: without a
   * grant there it is refused.
   */
  grantInvoke(grantee: IGrantable): Grant {
    const [actions, resourceArns] = [['execute-api:Invoke'], this.api.callArns];
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
