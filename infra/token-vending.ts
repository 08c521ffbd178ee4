import { join } from 'node:path';
import { type CfnResource, Stack, Stage, Validations } from 'aws-cdk-lib';
import { Effect, Grant, type IGrantable, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { Alarms } from './alarms/alarms.ts';
import type { Refreshing } from './alarms/refresh-alarms.ts';
import { VendingApi } from './api/vending-api.ts';
import { bundleFunctions } from './bundle.ts';
import { ServiceDashboard } from './dashboard/dashboard.ts';
import { SavedQueries } from './dashboard/queries.ts';
import { deployInSteps } from './functions/deployment.ts';
import { networkOf } from './functions/network.ts';
import { ProbeFunction } from './functions/probe-lambda.ts';
import { RefreshFunction } from './functions/refresh-lambda.ts';
import { FunctionSchedule } from './functions/schedule.ts';
import type { FunctionProps } from './functions/service-lambda.ts';
import { VendFunction } from './functions/vend-lambda.ts';
import { templateLines } from './grants/template-lines.ts';
import { letLogsUse } from './log-key.ts';
import { mintBudgetPerDay } from './policy/mint-budget.ts';
import { ClientSecrets } from './storage/client-secrets.ts';
import { TokenTable } from './storage/tokens-table.ts';
import { type Settled, type TokenVendingProps, withDefaults } from './token-vending-props.ts';

export type { TokenVendingProps } from './token-vending-props.ts';

/** The whole service: an API that vends Instacart Connect access tokens to the policy's principals. */
export class TokenVending extends Construct {
  readonly api: VendingApi;
  readonly vend: VendFunction;
  readonly refresh: RefreshFunction;
  /** Undefined where the policy has no prober. */
  readonly probe: ProbeFunction | undefined;
  readonly secrets: ClientSecrets;
  readonly tokenTable: TokenTable;
  readonly alarms: Alarms;

  constructor(scope: Construct, id: string, props: TokenVendingProps) {
    super(scope, id);
    const settled = withDefaults(this, props);
    if (props.logKey) letLogsUse(props.logKey, Stack.of(this));
    this.secrets = new ClientSecrets(this, 'Secrets', props.policy.secrets);
    this.tokenTable = new TokenTable(this, 'Tokens');
    const functions = this.functionProps(settled, props);
    this.vend = this.createVend(functions, settled);
    this.refresh = this.createRefresh(functions, settled);
    const refreshing = keptWarm(settled) > 0 ? this.scheduleRefresh(settled) : undefined;
    this.api = this.createApi(settled);
    this.probe = this.createProbe(functions, settled);
    this.alarms = this.createAlarms(settled, refreshing);
    const { alias } = this.vend;
    deployInSteps(this.vend, { alias, style: settled.deployment, alarms: this.alarms.ofVersion });
    this.showWhatHappens(settled);
    this.showThePolicy(settled);
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

  /** Nothing but what all have in common: only the vend function has a limit of its instances. */
  private functionProps(settled: Settled, props: TokenVendingProps): FunctionProps {
    const { serviceName, memoryMegabytes, tracing, logs } = settled;
    const network = networkOf(props);
    return { serviceName, memoryMegabytes, tracing, logs, network, asset: this.bundle(settled) };
  }

  /** The folder with the code of all functions, and the policy. */
  private bundle({ policy: { policy } }: Settled): string {
    const outdir = Stage.of(this)?.outdir ?? '';
    const into = join(outdir, 'bundle', this.node.addr, 'functions');
    bundleFunctions({ policy, into });
    return into;
  }

  private createVend(functions: FunctionProps, { reservedConcurrency }: Settled): VendFunction {
    return new VendFunction(this, 'Vend', {
      ...functions,
      tokenTable: this.tokenTable,
      grantSecrets: (role) => this.secrets.grantRead(role),
      reservedConcurrency,
    });
  }

  private createRefresh(functions: FunctionProps, settled: Settled): RefreshFunction {
    return new RefreshFunction(this, 'Refresh', {
      ...functions,
      tokenTable: this.tokenTable,
      // Each run records the age of every client's secret. Without a schedule there is no run.
      grantSecrets: (role) => (keptWarm(settled) > 0 ? this.secrets.grantRead(role) : undefined),
      every: settled.refreshEvery,
    });
  }

  private scheduleRefresh({ refreshEvery: every }: Settled): Refreshing {
    const { function: handler, failures } = this.refresh;
    const description = 'Keeps the tokens of keepWarm in the policy fresh';
    const { undelivered, group } = new FunctionSchedule(this, 'RefreshSchedule', {
      description,
      every,
      handler,
    });
    return { handler, failures, undelivered, schedules: group };
  }

  private createApi(settled: Settled): VendingApi {
    return new VendingApi(this, 'Http', {
      ...settled,
      name: settled.serviceName,
      handler: this.vend.alias as IFunction,
      principals: settled.policy.principals,
    });
  }

  private createProbe(
    functions: FunctionProps,
    { policy, probeEvery: every }: Settled,
  ): ProbeFunction | undefined {
    if (policy.proberArn === undefined) return undefined;
    const { tokenUrl } = this.api;
    const probe = new ProbeFunction(this, 'Probe', { ...functions, tokenUrl, principal: policy.proberArn });
    const description = 'Tries the vending of tokens out';
    new FunctionSchedule(this, 'ProbeSchedule', { description, every, handler: probe.function });
    return probe;
  }

  private createAlarms(settled: Settled, refreshing: Refreshing | undefined): Alarms {
    return new Alarms(this, 'Alarms', {
      service: settled.serviceName,
      topic: settled.alarmTopic,
      api: { apiName: settled.serviceName, stageName: settled.stageName },
      refreshing,
      probing: this.probe && { every: settled.probeEvery },
      secretAgeAlarmDays: settled.secretAgeAlarmDays,
      vendFunctionName: this.vend.function.functionName,
      mintsPerDay: mintBudgetPerDay(settled.policy.policy),
    });
  }

  private showWhatHappens(settled: Settled): void {
    const { serviceName } = settled;
    const { api, vend, refresh } = this;
    new ServiceDashboard(this, 'Seen', {
      serviceName,
      api: api.api,
      vend: vend.function,
      refresh: refresh.function,
      keptWarm: keptWarm(settled),
      hasProber: this.probe !== undefined,
    });
    const logs = { vend: vend.logGroup, refresh: refresh.logGroup, access: api.accessLog };
    new SavedQueries(this, 'Queries', { serviceName, logs });
  }

  /** `cdk diff` prints metadata that comes and goes. */
  private showThePolicy({ policy }: Settled): void {
    (this.vend.function.node.defaultChild as CfnResource).addMetadata('Grants', templateLines(policy));
    for (const [index, warning] of policy.warnings.entries()) {
      Validations.of(this).addWarning(`ConnectTokenVending-PolicyWarning${index + 1}`, warning);
    }
  }
}

function keptWarm({ policy }: Settled): number {
  return policy.policy.keepWarm.length;
}
