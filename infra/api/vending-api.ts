import { Fn, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  type CfnRestApi,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  ResponseType,
  RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type LogGroupProps } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { tokenPath } from '../../lambda/protocol/contract.ts';
import { accessLogFormat } from './access-log.ts';
import { acknowledgeFindings } from './acknowledged-findings.ts';
import { gatewayBody, gatewayHeaders, gatewayResponses } from './gateway-responses.ts';
import { resourcePolicy } from './resource-policy.ts';

export type VendingApiProps = {
  /** What API Gateway's console calls the API. */
  name: string;
  /** Also a part of the URL. */
  stageName: string;
  throttling: { requestsPerSecond: number; burst: number };
  /** Whether to set the CloudWatch role of API Gateway, which all APIs of the account and region share. */
  accountRole: boolean;
  tracing: boolean;
  logs: Pick<LogGroupProps, 'retention' | 'encryptionKey'>;
  handler: IFunction;
  principals: readonly string[];
};

/** The REST API. Every path and method reaches the function, if IAM and the resource policy allow the caller. */
export class VendingApi extends Construct {
  readonly api: RestApi;
  readonly accessLog: LogGroup;

  constructor(scope: Construct, id: string, props: VendingApiProps) {
    super(scope, id);
    const { handler, principals } = props;
    this.accessLog = new LogGroup(this, 'AccessLog', {
      ...props.logs,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.api = this.createApi(props);
    this.requireTls12();
    this.setResourcePolicy(principals);
    this.addResponses();
    // CDK's own output, without the path.
    this.api.node.tryRemoveChild('Endpoint');
    this.keepExecutionLog(props);
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    this.api.root.addMethod('ANY', integration);
    this.api.root.addProxy({ defaultIntegration: integration });
    acknowledgeFindings(this.api);
  }

  /** The whole URL, for a caller's HTTP client. */
  get tokenUrl(): string {
    return this.api.urlForPath(tokenPath);
  }

  /** For a caller's identity policy. */
  get tokenArn(): string {
    return this.api.arnForExecuteApi('POST', tokenPath, this.api.deploymentStage.stageName);
  }

  private createApi({ name, stageName, throttling, accountRole, tracing }: VendingApiProps): RestApi {
    return new RestApi(this, 'Api', {
      restApiName: name,
      description: 'Vends Instacart Connect access tokens',
      endpointTypes: [EndpointType.REGIONAL],
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
      cloudWatchRole: accountRole,
      deployOptions: {
        stageName,
        throttlingRateLimit: throttling.requestsPerSecond,
        throttlingBurstLimit: throttling.burst,
        accessLogDestination: new LogGroupLogDestination(this.accessLog),
        accessLogFormat: AccessLogFormat.custom(accessLogFormat),
        loggingLevel: MethodLoggingLevel.ERROR,
        // A data trace would write tokens and codes into the log.
        dataTraceEnabled: false,
        metricsEnabled: true,
        // A cache would keep tokens, and serve them to other callers.
        cachingEnabled: false,
        tracingEnabled: tracing,
      },
    });
  }

  private get resource(): CfnRestApi {
    return this.api.node.defaultChild as CfnRestApi;
  }

  /**
   * API Gateway's default accepts TLS 1.0 too. STRICT refuses requests under another host name or through another kind
   * of endpoint.
   */
  private requireTls12(): void {
    this.resource.securityPolicy = SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09;
    this.resource.endpointAccessMode = 'STRICT';
  }

  /** Sets the document of `resourcePolicy` as it is, rather than CDK statements: the gateway emulator evaluates it too. */
  private setResourcePolicy(principals: readonly string[]): void {
    const { document, denyBy } = resourcePolicy(principals);
    this.resource.policy = document;
    if (denyBy === 'principal') return;
    Validations.of(this).addWarning(
      'ConnectTokenVending-ResourcePolicyByAccount',
      "The policy has more principals than an API's resource policy can hold. The API allows every principal of their " +
        'accounts, and only the function decides between them.',
    );
  }

  private addResponses(): void {
    for (const response of gatewayResponses) {
      const headers = Object.entries(gatewayHeaders(response)).map(([name, value]) => [name, `'${value}'`]);
      this.api.addGatewayResponse(response.type, {
        type: ResponseType.of(response.type),
        ...(response.status !== undefined && { statusCode: String(response.status) }),
        responseHeaders: Object.fromEntries(headers),
        templates: { 'application/json': gatewayBody(response) },
      });
    }
  }

  /** Without this log group API Gateway would create one itself, and keep it for ever. */
  private keepExecutionLog({ stageName, logs }: VendingApiProps): void {
    const log = new LogGroup(this, 'ExecutionLog', {
      logGroupName: Fn.join('', ['API-Gateway-Execution-Logs_', this.api.restApiId, '/', stageName]),
      ...logs,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.api.deploymentStage.node.addDependency(log);
  }
}
