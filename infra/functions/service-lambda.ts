import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IRole, Role, type RoleProps, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type LogGroupProps } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeWildcards, type Network, networkPermissions } from './network.ts';

/** What every function needs. */
export type FunctionProps = {
  /** Tells this deployment's log lines and metrics from another's. */
  serviceName: string;
  memoryMegabytes: number;
  /** Whether the function sends traces to X-Ray. */
  tracing: boolean;
  /** Empty outside a VPC of the account. */
  network: Network;
  logs: Pick<LogGroupProps, 'retention' | 'encryptionKey'>;
  /** The folder with the built bundle, which has the entries of all. */
  asset: string;
};

/** What the functions that vend and refresh need besides. */
export type TokenFunctionProps = FunctionProps & {
  /** Lets the function's role read the secrets that the function needs, and no others. */
  grantSecrets: (role: Role) => void;
  tokenTable: { name: string; grantUse: (role: IRole) => void };
};

export type ServiceFunctionProps = FunctionProps & {
  /** The name of its file in `lambda/`. */
  entry: string;
  description: string;
  timeout: Duration;
  reservedConcurrency?: number | undefined;
  environment: Record<string, string>;
  /** A role that others know by name has one. */
  role?: Pick<RoleProps, 'roleName' | 'path'>;
};

/** One of the functions, with its log and its role, which may write the log and nothing else. */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { reservedConcurrency, tracing, network } = props;
    this.logGroup = new LogGroup(this, 'Log', {
      ...props.logs,
      // The audit outlives the stack.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      ...props.role,
    });
    this.logGroup.grantWrite(this.role);
    if (network.vpc) this.role.addToPolicy(networkPermissions());
    if (network.vpc || tracing) acknowledgeWildcards(this.role);
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(props.asset),
      handler: `${props.entry}.handler`,
      memorySize: props.memoryMegabytes,
      timeout: props.timeout,
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
      ...(tracing && { tracing: Tracing.ACTIVE }),
      ...network,
      role: this.role,
      logGroup: this.logGroup,
      environment: {
        SERVICE_NAME: props.serviceName,
        ...props.environment,
      },
    });
  }
}

/** A function that gets tokens: its role may also read secrets and use the token table. */
export class TokenFunction extends ServiceFunction {
  constructor(
    scope: Construct,
    id: string,
    props: TokenFunctionProps & Omit<ServiceFunctionProps, 'environment'>,
  ) {
    super(scope, id, { ...props, environment: { TOKEN_TABLE: props.tokenTable.name } });
    props.grantSecrets(this.role);
    props.tokenTable.grantUse(this.role);
  }
}
