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
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type LogGroupProps } from 'aws-cdk-lib/aws-logs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { revocationPath, tokenPath } from '../../lambda/protocol/contract.ts';
import { accessLogFormat } from './access-log.ts';
import { acknowledgeFindings } from './acknowledged-findings.ts';
import { type AddressProps, checkAddress, vpcEndpointIds } from './address.ts';
import { gatewayBody, gatewayHeaders, gatewayResponses } from './gateway-responses.ts';
import { PrivateDomain } from './private-domain.ts';
import { RegionalDomain } from './regional-domain.ts';
import { resourcePolicy } from './resource-policy.ts';
import { tlsPolicy } from './tls.ts';

export type VendingApiProps = AddressProps & {
  /** What API Gateway's console calls the API, and the first part of the parameter's name. */
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
  /** The whole URL, for a caller's HTTP client. */
  readonly tokenUrl: string;
  /** The same under API Gateway's own name; undefined where that is closed. */
  readonly executeApiUrl: string | undefined;
  /** Holds the token URL, under a name that follows from the service's. */
  readonly urlParameter: StringParameter;
  private readonly domain: PrivateDomain | undefined;

  constructor(scope: Construct, id: string, props: VendingApiProps) {
    super(scope, id);
    checkAddress(props);
    const { handler } = props;
    this.accessLog = new LogGroup(this, 'AccessLog', {
      ...props.logs,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.api = this.createApi(props);
    this.requireTls12(props);
    this.setResourcePolicy(props);
    this.addResponses();
    // CDK's own output, without the path.
    this.api.node.tryRemoveChild('Endpoint');
    this.keepExecutionLog(props);
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    this.api.root.addMethod('ANY', integration);
    this.api.root.addProxy({ defaultIntegration: integration });
    acknowledgeFindings(this.api);
    this.domain = this.addDomain(props);
    this.executeApiUrl = props.disableExecuteApiEndpoint ? undefined : this.api.urlForPath(tokenPath);
    this.tokenUrl = props.domain
      ? `https://${props.domain.name}${tokenPath}`
      : this.api.urlForPath(tokenPath);
    this.urlParameter = this.publishUrl(props.name);
  }

  /**
   * For a caller's identity policy. API Gateway compares the API's ARN whichever name was called. AWS does not say
   * whether a private domain's is compared as well.
   */
  get callArns(): string[] {
    const { stageName } = this.api.deploymentStage;
    const paths = [tokenPath, revocationPath];
    const arns = paths.map((path) => this.api.arnForExecuteApi('POST', path, stageName));
    return this.domain === undefined ? arns : [...arns, this.domain.invokeArn];
  }

  private createApi({
    name,
    stageName,
    throttling,
    accountRole,
    tracing,
    ...address
  }: VendingApiProps): RestApi {
    const { endpoint = 'regional', disableExecuteApiEndpoint } = address;
    return new RestApi(this, 'Api', {
      restApiName: name,
      description: 'Vends Instacart Connect access tokens',
      endpointConfiguration:
        endpoint === 'regional'
          ? { types: [EndpointType.REGIONAL] }
          : { types: [EndpointType.PRIVATE], vpcEndpoints: [...endpoint.vpcEndpoints] },
      ...(disableExecuteApiEndpoint && { disableExecuteApiEndpoint }),
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

  /** STRICT refuses requests under another host name than TLS was for, or through another kind of endpoint. */
  private requireTls12({ endpointAccessMode = 'STRICT' }: AddressProps): void {
    this.resource.securityPolicy = tlsPolicy;
    this.resource.endpointAccessMode = endpointAccessMode;
  }

  private addDomain(props: VendingApiProps): PrivateDomain | undefined {
    const { domain, endpoint = 'regional', endpointAccessMode: accessMode = 'STRICT' } = props;
    if (domain === undefined) return undefined;
    const { api } = this;
    const ids = vpcEndpointIds(endpoint);
    if (endpoint !== 'regional' && ids !== undefined)
      return new PrivateDomain(this, 'PrivateDomain', { ...domain, api, endpoint, vpcEndpointIds: ids });
    new RegionalDomain(this, 'Domain', { ...domain, api, accessMode });
    return undefined;
  }

  private publishUrl(name: string): StringParameter {
    // Parameter Store keeps these for AWS.
    if (/^(aws|ssm)/i.test(name))
      throw new Error(
        `${name} cannot begin a parameter's name: choose one that does not start with aws or ssm.`,
      );
    return new StringParameter(this, 'TokenUrl', {
      parameterName: `/${name}/token-url`,
      description: 'The URL that callers POST to',
      stringValue: this.tokenUrl,
    });
  }

  /** Sets the document of `resourcePolicy` as it is, rather than CDK statements: the gateway emulator evaluates it too. */
  private setResourcePolicy({ principals, endpoint = 'regional' }: VendingApiProps): void {
    const { document, denyBy } = resourcePolicy(principals, vpcEndpointIds(endpoint));
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
