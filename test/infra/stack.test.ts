import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { gatewayBody, gatewayHeaders, gatewayResponses } from '../../infra/api/gateway-responses.ts';
import { resourcePolicy } from '../../infra/api/resource-policy.ts';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { goodPolicy, toYaml, withClient } from '../support/policies.ts';
import { all, allow, arn, decrypt, only, ref, statementsOf } from './resources.ts';
import { template } from './synthesise.ts';

const example = readFileSync(new URL('../local/cli/policy.yaml', import.meta.url), 'utf8');
const stack = template(example);
const secretArn = 'arn:aws:secretsmanager:us-east-1:444455556666:secret:connect/acme-AbCdEf';
const kmsKeyArn = 'arn:aws:kms:us-east-1:444455556666:key/11112222-3333-4444-5555-666677778888';
const imported = { secretName: undefined, secretArn, kmsKeyArn };

describe('the API', () => {
  it('demands IAM of every method, and passes every path and method on', () => {
    const methods = all(stack, 'AWS::ApiGateway::Method');
    expect(methods.map(({ HttpMethod, AuthorizationType }) => [HttpMethod, AuthorizationType])).toEqual([
      ['ANY', 'AWS_IAM'],
      ['ANY', 'AWS_IAM'],
    ]);
    expect(all(stack, 'AWS::ApiGateway::Resource').map(({ PathPart }) => PathPart)).toEqual(['{proxy+}']);
    expect(methods.every(({ Integration }) => Integration.Type === 'AWS_PROXY')).toBe(true);
  });

  it('is regional, and has the resource policy of the policy file, to the letter', () => {
    const api = only(stack, 'AWS::ApiGateway::RestApi');
    expect(api['EndpointConfiguration']).toEqual({ Types: ['REGIONAL'] });
    expect(api['Policy']).toEqual(resourcePolicy(compilePolicy(example, 'p').principals).document);
  });

  it('takes TLS 1.2 and later, with forward secrecy, for the host name that was asked for alone', () => {
    expect(only(stack, 'AWS::ApiGateway::RestApi')).toMatchObject({
      SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09',
      EndpointAccessMode: 'STRICT',
    });
  });

  it('writes no data into logs or traces, keeps no answers, and throttles by its settings', () => {
    const stage = only(stack, 'AWS::ApiGateway::Stage');
    expect(stage['TracingEnabled']).toBe(false);
    expect(stage['CacheClusterEnabled']).toBeUndefined();
    expect(stage['MethodSettings']).toEqual([
      {
        HttpMethod: '*',
        ResourcePath: '/*',
        DataTraceEnabled: false,
        CachingEnabled: false,
        LoggingLevel: 'ERROR',
        MetricsEnabled: true,
        ThrottlingRateLimit: 100,
        ThrottlingBurstLimit: 200,
      },
    ]);
  });

  it('logs each access by a list of fields: no path, query, user agent or error message', () => {
    const { AccessLogSetting } = only(stack, 'AWS::ApiGateway::Stage');
    const format: Record<string, string> = JSON.parse(AccessLogSetting.Format);
    expect(Object.values(format)).toEqual([
      '$context.requestId',
      '$context.extendedRequestId',
      '$context.requestTimeEpoch',
      '$context.stage',
      '$context.httpMethod',
      '$context.resourcePath',
      '$context.identity.sourceIp',
      '$context.identity.userArn',
      '$context.identity.accountId',
      '$context.status',
      '$context.error.responseType',
      '$context.responseLength',
      '$context.responseLatency',
      '$context.integration.status',
      '$context.integration.latency',
      '$context.integration.requestId',
    ]);
  });

  it('answers in our JSON whatever it answers by itself', () => {
    const deployed = all(stack, 'AWS::ApiGateway::GatewayResponse');
    expect(deployed).toHaveLength(gatewayResponses.length);
    for (const response of gatewayResponses) {
      const headers = Object.entries(gatewayHeaders(response));
      const ours = deployed.find(({ ResponseType }) => ResponseType === response.type);
      expect(ours?.['StatusCode']).toBe(response.status?.toString());
      expect(ours).toMatchObject({
        ResponseTemplates: { 'application/json': gatewayBody(response) },
        ResponseParameters: Object.fromEntries(
          headers.map(([name, value]) => [`gatewayresponse.header.${name}`, `'${value}'`]),
        ),
      });
    }
  });

  it("leaves the account's CloudWatch role alone, unless a setting says otherwise", () => {
    stack.resourceCountIs('AWS::ApiGateway::Account', 0);
    const sets = template(example, { apiGatewayAccountRole: true });
    sets.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain' });
  });
});

describe('the vend function', () => {
  it('may be invoked by nobody but API Gateway, for this API alone, and not from its console', () => {
    const permissions = all(stack, 'AWS::Lambda::Permission');
    const stage = expect.stringContaining('Stage');
    for (const { Action, Principal, SourceArn, FunctionName } of permissions) {
      expect([Action, Principal]).toEqual(['lambda:InvokeFunction', 'apigateway.amazonaws.com']);
      expect(FunctionName).toEqual(ref('VendLive'));
      const [, parts] = SourceArn['Fn::Join'];
      expect(parts.slice(-4)).toEqual([
        { Ref: expect.stringMatching(/^HttpApi/) },
        '/',
        { Ref: stage },
        expect.stringMatching(/^\/\*\/\*?$/),
      ]);
    }
    expect(permissions).toHaveLength(2);
    stack.resourceCountIs('AWS::Lambda::Url', 0);
  });

  it("may write its own log, read exactly the policy's secrets, and get and update items: nothing else", () => {
    expect(statementsOf(stack, 'VendRole')).toEqual([
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arn('VendLog')),
      allow('secretsmanager:GetSecretValue', ref('Secretsconnectacme')),
      decrypt(arn('SecretsKey'), 'secretsmanager'),
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], arn('TokensTable')),
      decrypt(arn('TokensKey'), 'dynamodb'),
    ]);
  });

  it('may read a secret that is there already, with its key, and the stack makes none', () => {
    const of = template(withClient(imported));
    const mayDecrypt = (Resource: unknown) => expect.objectContaining({ Action: 'kms:Decrypt', Resource });
    const statements = statementsOf(of, 'VendRole');
    expect(statements).toContainEqual(allow('secretsmanager:GetSecretValue', secretArn));
    expect(statements).toContainEqual(mayDecrypt(kmsKeyArn));
    of.resourceCountIs('AWS::SecretsManager::Secret', 0);
    of.resourceCountIs('AWS::KMS::Key', 1);
    expect(of.findOutputs('SecretsToFillIn')).toEqual({});
    const withoutKey = statementsOf(template(withClient({ ...imported, kmsKeyArn: undefined })), 'VendRole');
    expect(withoutKey).toHaveLength(statements.length - 1);
    expect(withoutKey).toContainEqual(mayDecrypt(arn('TokensKey')));
  });

  it('runs on Node 24 and arm64, with less time than API Gateway waits and a log of its own', () => {
    stack.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'vend-function.handler',
      Timeout: 27,
      MemorySize: 512,
      LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('^VendLog') } },
      TracingConfig: Match.absent(),
      Environment: {
        Variables: {
          SERVICE_NAME: 'connect-token-vending',
          TOKEN_TABLE: { Ref: Match.stringLikeRegexp('^TokensTable') },
        },
      },
    });
  });
});

describe('the stack', () => {
  it('makes secrets that outlive it, under a key of their own, and empty', () => {
    stack.hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        Name: 'connect/acme',
        KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SecretsKey'), 'Arn'] },
        GenerateSecretString: Match.absent(),
        SecretString: Match.absent(),
      },
    });
    stack.hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: { EnableKeyRotation: true },
    });
  });

  it('makes one key for the secrets of several clients', () => {
    const policy = goodPolicy();
    policy.clients['other'] = { secretName: 'connect/other' };
    const of = template(toYaml(policy));
    const keys = all(of, 'AWS::SecretsManager::Secret').map(({ KmsKeyId }) => KmsKeyId);
    expect(keys).toEqual([arn('SecretsKey'), arn('SecretsKey')]);
    of.resourceCountIs('AWS::KMS::Key', 2);
    of.hasOutput('SecretsToFillIn', { Value: 'connect/acme, connect/other' });
  });

  it('keeps the secret of a client that is called otherwise', () => {
    const idsUnder = (client: string) => {
      const policy = goodPolicy();
      policy.clients = { [client]: { secretName: 'connect/acme' } };
      policy.grants = [{ ...policy.grants[0], client }];
      return Object.keys(template(toYaml(policy)).findResources('AWS::SecretsManager::Secret'));
    };
    expect(idsUnder('renamed')).toEqual(idsUnder('acme'));
  });

  it('holds back instances for the vend function where the settings say how many', () => {
    const reserved = (of: typeof stack) =>
      all(of, 'AWS::Lambda::Function').map(
        ({ ReservedConcurrentExecutions }) => ReservedConcurrentExecutions,
      );
    expect(reserved(stack)).toEqual([undefined, undefined, undefined]);
    expect(reserved(template(example, { reservedConcurrency: 50 }))).toEqual([50, undefined, undefined]);
  });

  it('keeps every log for as long as the settings say', () => {
    const logs = all(stack, 'AWS::Logs::LogGroup');
    expect(logs.map(({ RetentionInDays }) => RetentionInDays)).toEqual([365, 365, 365, 365, 365]);
    const execution = logs.find(({ LogGroupName }) => LogGroupName !== undefined);
    expect(JSON.stringify(execution)).toContain('API-Gateway-Execution-Logs_');
  });

  it('puts out what callers and operators need, and nothing else', () => {
    const outputs = stack.findOutputs('*');
    expect(Object.keys(outputs)).toEqual([
      'TokenUrl',
      'TokenUrlParameter',
      'CallerPolicy',
      'FunctionName',
      'FunctionLogGroup',
      'RefreshFunctionName',
      'RefreshLogGroup',
      'AccessLogGroup',
      'TokenTable',
      'PolicySha256',
      'ProbeFunctionName',
      'ProbeLogGroup',
      'SecretsToFillIn',
      'SecretArns',
      'SecretsKeyArn',
    ]);
    expect(outputs['PolicySha256']?.['Value']).toBe(hash('sha256', example));
    expect(joined(outputs['TokenUrl']?.['Value'])).toMatch(
      /^https:\/\/HttpApi\w+\.execute-api\.AWS::Region\.AWS::URLSuffix\/HttpApi\w+Stage\w+\/v2\/oauth\/token$/,
    );
    expect(JSON.parse(joined(outputs['CallerPolicy']?.['Value']))).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: ['token', 'token\\/revoke'].map((path) =>
            expect.stringMatching(
              `^arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:HttpApi\\w+/HttpApi\\w+Stage\\w+/POST/v2/oauth/${path}$`,
            ),
          ),
        },
      ],
    });
  });

  it('is as it was', async () => {
    const masked = JSON.stringify(stack.toJSON(), undefined, 2)
      .replaceAll(/[0-9a-f]{64}/g, 'ASSET')
      .replaceAll(/(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}/g, '$1CODE');
    await expect(`${masked}\n`).toMatchFileSnapshot('stack.snap');
  });
});

function joined(value: { 'Fn::Join': [string, Array<string | { Ref: string }>] }): string {
  return value['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : part.Ref)).join('');
}
