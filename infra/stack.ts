import { type App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Alarms } from './alarms/alarms.ts';
import { VendingApi } from './api/vending-api.ts';
import { RefreshFunction } from './functions/refresh-lambda.ts';
import { RefreshSchedule } from './functions/refresh-schedule.ts';
import { VendFunction } from './functions/vend-lambda.ts';
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

/** The whole service of one stage. Tied to no account or region. */
export class VendingStack extends Stack {
  constructor(app: App, { settings, compiled, asset }: VendingStackProps) {
    super(app, settings.stackName, {
      description: 'Vends Instacart Connect access tokens to cloud workloads',
    });
    const secrets = new ClientSecrets(this, 'Secrets', compiled.secrets);
    const tokens = new TokenTable(this, 'Tokens');
    const common = { settings, asset, table: tokens };
    const vend = new VendFunction(this, 'Vend', { ...common, secrets: secrets.access() });
    const keptWarm = compiled.policy.keepWarm.map(({ client }) => client);
    const refresh = new RefreshFunction(this, 'Refresh', { ...common, secrets: secrets.access(keptWarm) });
    const schedule =
      keptWarm.length === 0
        ? undefined
        : new RefreshSchedule(this, 'RefreshSchedule', { settings, handler: refresh.function });
    const { principals } = compiled;
    const { api, accessLog, tokenUrl, tokenArn } = new VendingApi(this, 'Http', {
      settings,
      handler: vend.function,
      principals,
    });
    new Alarms(this, 'Alarms', { settings, api, refresh, schedule });

    this.output('TokenUrl', 'What callers POST to', tokenUrl);
    this.output('CallerPolicy', 'Identity policy to attach to callers', this.callerPolicy(tokenArn));
    this.output('FunctionName', 'The vend function', vend.function.functionName);
    this.output('FunctionLogGroup', 'Where the audit lines are', vend.logGroup.logGroupName);
    this.output('RefreshFunctionName', 'The refresh function', refresh.function.functionName);
    this.output('RefreshLogGroup', 'Where the lines of its runs are', refresh.logGroup.logGroupName);
    this.output(
      'AccessLogGroup',
      'Every request, also those refused before the function',
      accessLog.logGroupName,
    );
    this.output('TokenTable', 'The tokens that the fleet shares', tokens.table.tableName);
    this.output('PolicySha256', 'Of the policy file that is deployed', compiled.sha256);
    if (secrets.key === undefined) return;
    const list = (values: string[]) => values.join(', ');
    this.output(
      'SecretsToFillIn',
      'With {"client_id":"…","client_secret":"…"}',
      list(compiled.secrets.flatMap((secret) => ('name' in secret ? secret.name : []))),
    );
    this.output(
      'SecretArns',
      'For a stack that takes them over by secretArn',
      list(secrets.made.map(({ secretArn }) => secretArn)),
    );
    this.output('SecretsKeyArn', 'And by kmsKeyArn', secrets.key.keyArn);
  }

  private callerPolicy(resource: string): string {
    return this.toJsonString({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: resource }],
    });
  }

  private output(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value });
  }
}
