import { type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import type { SecretAccess } from '../storage/client-secrets.ts';
import type { TokenTable } from '../storage/tokens-table.ts';

/** What both functions are made with. */
export type FunctionProps = {
  settings: Settings;
  /** The folder with the built bundle, which has the entries of both. */
  asset: string;
  secrets: SecretAccess;
  table: TokenTable;
};

export type ServiceFunctionProps = FunctionProps & {
  /** The name of its file in `lambda/`. */
  entry: string;
  description: string;
  timeout: Duration;
  reservedConcurrency?: number | undefined;
};

/**
 * One of the two functions, its log and its role, which may write that log, read those secrets and use the token
 * table: nothing else.
 */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { settings, table, reservedConcurrency } = props;
    this.logGroup = new LogGroup(this, 'Log', {
      retention: settings.logRetentionDays,
      // The audit outlives the stack.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(this.role);
    for (const statement of permissions(props.secrets, Stack.of(this))) this.role.addToPolicy(statement);
    table.grantUse(this.role);
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(props.asset),
      handler: `${props.entry}.handler`,
      memorySize: settings.memoryMegabytes,
      timeout: props.timeout,
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
      role: this.role,
      logGroup: this.logGroup,
      environment: {
        SERVICE_NAME: settings.stackName,
        TOKEN_TABLE: table.table.tableName,
      },
    });
  }
}

function permissions({ secretArns, keyArns }: SecretAccess, { region }: Stack): PolicyStatement[] {
  const read = new PolicyStatement({
    effect: Effect.ALLOW,
    actions: ['secretsmanager:GetSecretValue'],
    resources: [...secretArns],
  });
  const decrypt = new PolicyStatement({
    effect: Effect.ALLOW,
    actions: ['kms:Decrypt'],
    resources: [...keyArns],
    conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
  });
  return [...(secretArns.length > 0 ? [read] : []), ...(keyArns.length > 0 ? [decrypt] : [])];
}
