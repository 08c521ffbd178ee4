import { type App, type CfnResource, Stack, Validations } from 'aws-cdk-lib';
import { Alarms } from './alarms/alarms.ts';
import { VendingApi } from './api/vending-api.ts';
import { RefreshFunction } from './functions/refresh-lambda.ts';
import { RefreshSchedule } from './functions/refresh-schedule.ts';
import { VendFunction } from './functions/vend-lambda.ts';
import { templateLines } from './grants/template-lines.ts';
import { addOutputs } from './outputs.ts';
import { addPlacementRules } from './placement.ts';
import type { CompiledPolicy } from './policy/compile.ts';
import type { Settings } from './settings.ts';
import { ClientSecrets } from './storage/client-secrets.ts';
import { TokenTable } from './storage/tokens-table.ts';

export type VendingStackProps = {
  settings: Settings;
  compiled: CompiledPolicy;
  /** The folder with the built bundle. */
  asset: string;
};

/** The whole service of one stage. It belongs to no particular account or region. */
export class VendingStack extends Stack {
  constructor(app: App, { settings, compiled, asset }: VendingStackProps) {
    super(app, settings.stackName, {
      description: 'Vends Instacart Connect access tokens to cloud workloads',
    });
    const secrets = new ClientSecrets(this, 'Secrets', compiled.secrets);
    const tokenTable = new TokenTable(this, 'Tokens');
    const vend = new VendFunction(this, 'Vend', {
      settings,
      asset,
      tokenTable,
      grantSecrets: (role) => secrets.grantRead(role),
    });
    const isKeptWarm = compiled.policy.keepWarm.length > 0;
    // For `cdk diff`, which prints what comes and what goes.
    (vend.function.node.defaultChild as CfnResource).addMetadata('Grants', templateLines(compiled));
    const refresh = new RefreshFunction(this, 'Refresh', {
      settings,
      asset,
      tokenTable,
      // Each run records the age of every client's secret. Without a schedule there is no run.
      grantSecrets: (role) => (isKeptWarm ? secrets.grantRead(role) : undefined),
    });
    const schedule = isKeptWarm ? this.createSchedule(settings, refresh) : undefined;
    const { principals } = compiled;
    const http = new VendingApi(this, 'Http', { settings, handler: vend.function, principals });
    new Alarms(this, 'Alarms', {
      settings,
      api: http.api,
      refreshing: schedule && {
        handler: refresh.function,
        failures: refresh.failures,
        undelivered: schedule.undelivered,
        schedules: schedule.group,
      },
    });
    addPlacementRules(this, settings, compiled);
    for (const [index, warning] of compiled.warnings.entries()) {
      Validations.of(this).addWarning(`ConnectTokenVending-PolicyWarning${index + 1}`, warning);
    }
    addOutputs(this, { compiled, secrets, tokenTable, vend, refresh, http });
  }

  private createSchedule(settings: Settings, { function: handler }: RefreshFunction): RefreshSchedule {
    return new RefreshSchedule(this, 'RefreshSchedule', { settings, handler });
  }
}
