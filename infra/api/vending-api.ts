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
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { tokenPath } from '../../lambda/protocol/contract.ts';
import type { Settings } from '../settings.ts';
import { accessLogFormat } from './access-log.ts';
import { gatewayBody, gatewayHeaders, gatewayResponses } from './gateway-responses.ts';
import { resourcePolicy } from './resource-policy.ts';

const loggingPolicy = 'AmazonAPIGatewayPushToCloudWatchLogs';

export type VendingApiProps = { settings: Settings; handler: IFunction; principals: readonly string[] };

/** The REST API: every path and method reaches the function, if IAM and the resource policy let the caller in. */
export class VendingApi extends Construct {
  readonly api: RestApi;
  readonly accessLog: LogGroup;

  constructor(scope: Construct, id: string, { settings, handler, principals }: VendingApiProps) {
    super(scope, id);
    this.accessLog = new LogGroup(this, 'AccessLog', {
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.api = this.makeApi(settings);
    this.demandModernTls();
    this.setResourcePolicy(principals);
    this.addResponses();
    // CDK's own output, without the path.
    this.api.node.tryRemoveChild('Endpoint');
    this.keepExecutionLog(settings);
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    this.api.root.addMethod('ANY', integration);
    this.api.root.addProxy({ defaultIntegration: integration });
    this.acknowledge();
  }

  /** For a caller's HTTP client: the whole URL. */
  get tokenUrl(): string {
    return this.api.urlForPath(tokenPath);
  }

  /** For a caller's IAM policy. */
  get tokenArn(): string {
    return this.api.arnForExecuteApi('POST', tokenPath, this.api.deploymentStage.stageName);
  }

  private makeApi(settings: Settings): RestApi {
    return new RestApi(this, 'Api', {
      restApiName: settings.stackName,
      description: 'Vends Instacart Connect access tokens',
      endpointTypes: [EndpointType.REGIONAL],
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
      cloudWatchRole: settings.apiGatewayAccountRole,
      deployOptions: {
        stageName: settings.stage,
        throttlingRateLimit: settings.throttling.requestsPerSecond,
        throttlingBurstLimit: settings.throttling.burst,
        accessLogDestination: new LogGroupLogDestination(this.accessLog),
        accessLogFormat: AccessLogFormat.custom(accessLogFormat),
        loggingLevel: MethodLoggingLevel.ERROR,
        // Would write tokens and codes into the log.
        dataTraceEnabled: false,
        metricsEnabled: true,
        // Would keep tokens, and serve them to others.
        cachingEnabled: false,
        tracingEnabled: false,
      },
    });
  }

  private get resource(): CfnRestApi {
    return this.api.node.defaultChild as CfnRestApi;
  }

  /** API Gateway's default takes TLS 1.0 too. Strict: only by the API's own name, and the kind of endpoint that it is. */
  private demandModernTls(): void {
    this.resource.securityPolicy = SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09;
    this.resource.endpointAccessMode = 'STRICT';
  }

  /** As the document that `resourcePolicy` gives, which others evaluate too, rather than through CDK's statements. */
  private setResourcePolicy(principals: readonly string[]): void {
    const { document, denyBy } = resourcePolicy(principals);
    this.resource.policy = document;
    if (denyBy === 'principal') return;
    Validations.of(this).addWarning(
      'ConnectTokenVending-ResourcePolicyByAccount',
      "The policy has more principals than an API's resource policy can hold: it lets in every principal of their " +
        'accounts, and the function alone tells them apart.',
    );
  }

  private addResponses(): void {
    for (const response of gatewayResponses) {
      const headers = Object.entries(gatewayHeaders(response)).map(([name, value]) => [name, `'${value}'`]);
      this.api.addGatewayResponse(response.type, {
        type: ResponseType.of(response.type),
        statusCode: String(response.status),
        responseHeaders: Object.fromEntries(headers),
        templates: { 'application/json': gatewayBody(response) },
      });
    }
  }

  /** API Gateway would make this log by itself, and keep it for ever. */
  private keepExecutionLog(settings: Settings): void {
    const log = new LogGroup(this, 'ExecutionLog', {
      logGroupName: Fn.join('', ['API-Gateway-Execution-Logs_', this.api.restApiId, '/', settings.stage]),
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.api.deploymentStage.node.addDependency(log);
  }

  private acknowledge(): void {
    Validations.of(this.api).acknowledge(
      {
        id: 'AwsSolutions-APIG2',
        reason:
          "The function validates: API Gateway's validator knows neither forms nor the contract's errors.",
      },
      {
        id: 'AwsSolutions-APIG3',
        reason:
          'Only callers that sign as a listed identity get further than API Gateway, and the stage throttles them.',
      },
      {
        id: 'AwsSolutions-COG4',
        reason: 'Callers are AWS workloads: IAM authorises every method, and there are no user pools.',
      },
    );
    const accountRole = this.api.node.tryFindChild('CloudWatchRole');
    if (accountRole === undefined) return;
    Validations.of(accountRole).acknowledge({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${loggingPolicy}]`,
      reason: 'API Gateway documents this managed policy for the role that all APIs of the account log with.',
    });
  }
}
