import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ClientSecrets } from './client-secrets.ts';
import type { Settings } from './settings.ts';

export const metricsNamespace = 'ConnectTokenVending';

export type VendFunctionProps = {
  settings: Settings;
  /** The folder with the built bundle. */
  asset: string;
  secrets: ClientSecrets;
};

/** The function, its log and its role, which may write that log and read the policy's secrets: nothing else. */
export class VendFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { settings, asset, secrets }: VendFunctionProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Log', {
      retention: settings.logRetentionDays,
      // The audit outlives the stack.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(role);
    for (const statement of permissions(secrets, Stack.of(this))) role.addToPolicy(statement);
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Vends Instacart Connect access tokens',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(asset),
      handler: 'vend-function.handler',
      memorySize: settings.memoryMegabytes,
      // The function answers within 25 s of the request, and API Gateway waits for 29 s.
      timeout: Duration.seconds(27),
      role,
      logGroup: this.logGroup,
      environment: {
        POWERTOOLS_SERVICE_NAME: settings.stackName,
        POWERTOOLS_METRICS_NAMESPACE: metricsNamespace,
        // Not a setting: the audit lines are of level INFO.
        POWERTOOLS_LOG_LEVEL: 'INFO',
      },
    });
  }
}

function permissions({ secretArns, keyArns }: ClientSecrets, { region }: Stack): PolicyStatement[] {
  const read = new PolicyStatement({
    effect: Effect.ALLOW,
    actions: ['secretsmanager:GetSecretValue'],
    resources: secretArns,
  });
  if (keyArns.length === 0) return [read];
  const decrypt = new PolicyStatement({
    effect: Effect.ALLOW,
    actions: ['kms:Decrypt'],
    resources: keyArns,
    conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
  });
  return [read, decrypt];
}
