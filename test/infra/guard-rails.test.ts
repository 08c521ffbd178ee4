import { App, type CfnElement, Stack, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type IVpc, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { beforeAll, describe, expect, it } from 'vitest';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { VendingStack } from '../../infra/stack.ts';
import { TokenVending, type TokenVendingProps } from '../../infra/token-vending.ts';
import { temporaryFolder } from '../support/folders.ts';
import { goodPolicy, toYaml } from '../support/policies.ts';
import { all, only, type Properties } from './resources.ts';
import { createStack, template } from './synthesise.ts';

const keepWarm = [{ client: 'acme', scopes: ['connect:fulfillment'] }];
const yaml = toYaml({ ...goodPolicy(), keepWarm });
const policy = compilePolicy(yaml, 'policy.yaml');
const newApp = (context = {}) =>
  new App({ outdir: temporaryFolder(), analyticsReporting: false, postCliContext: context });

/** The construct in a stack called Shop, with what `more` makes in the same stack. */
function shop(more: (stack: Stack) => Partial<TokenVendingProps>): { stack: Stack; template: Template } {
  const stack = new Stack(newApp(), 'Shop', { env: { account: '111122223333', region: 'eu-west-1' } });
  new TokenVending(stack, 'Tokens', { policy, ...more(stack) });
  return { stack, template: Template.fromStack(stack) };
}

const actionsOf = (of: Template): string[] =>
  all(of, 'AWS::IAM::Policy').flatMap(({ PolicyDocument }) =>
    PolicyDocument.Statement.flatMap(({ Action }: Properties) => Action),
  );

let plain: Template;
beforeAll(() => {
  plain = template(yaml);
}, 180_000);

describe('a key for the logs', () => {
  const arnOf = (name: string) => ({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:logs:eu-west-1:111122223333:log-group:${name}`]],
  });

  it('of the same app may be used by CloudWatch Logs, for the log groups of this stack alone', () => {
    const { template } = shop((stack) => ({ logKey: new Key(stack, 'Logs') }));
    const [logs] = all(template, 'AWS::KMS::Key').filter(({ Description }) => Description === undefined);
    expect(logs?.['KeyPolicy'].Statement).toContainEqual({
      Sid: 'CloudWatchLogs',
      Effect: 'Allow',
      Principal: { Service: 'logs.eu-west-1.amazonaws.com' },
      Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      Resource: '*',
      Condition: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': [arnOf('Shop-*'), arnOf('API-Gateway-Execution-Logs_*')],
        },
      },
    });
  });

  it('of another stack of the app makes no circular dependency', () => {
    const app = newApp();
    const logKey = new Key(new Stack(app, 'Keys'), 'Logs');
    const stack = new Stack(app, 'Shop');
    new TokenVending(stack, 'Tokens', { policy, logKey });
    expect(() => app.synth()).not.toThrow();
    expect(stack.dependencies.map(({ stackName }) => stackName)).toEqual(['Keys']);
  });

  it('is a setting by its ARN, and encrypts every log group', () => {
    const logKeyArn = 'arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888';
    const groups = all(template(yaml, { logKeyArn }), 'AWS::Logs::LogGroup');
    expect(groups.map(({ KmsKeyId }) => KmsKeyId)).toEqual(groups.map(() => logKeyArn));
    expect(groups).toHaveLength(4);
  });

  it('has the names of log groups that CloudFormation and API Gateway begin so', () => {
    const names = all(plain, 'AWS::Logs::LogGroup').map(({ LogGroupName }) => LogGroupName);
    const given = names.filter((name) => name !== undefined);
    expect(given.map((name) => name['Fn::Join'][1][0])).toEqual(['API-Gateway-Execution-Logs_']);
  });
});

describe('tracing', () => {
  it('is off by default', () => {
    expect(only(plain, 'AWS::ApiGateway::Stage')['TracingEnabled']).toBe(false);
    expect(JSON.stringify(plain.toJSON())).not.toMatch(/xray:|TracingConfig/);
  });

  it('reaches from API Gateway into both functions, whose roles may send traces and nothing more', () => {
    const { app, stack } = createStack(yaml, { tracing: true });
    const traced = Template.fromStack(stack);
    expect(only(traced, 'AWS::ApiGateway::Stage')['TracingEnabled']).toBe(true);
    const functions = all(traced, 'AWS::Lambda::Function');
    expect(functions.map(({ TracingConfig }) => TracingConfig)).toEqual([
      { Mode: 'Active' },
      { Mode: 'Active' },
    ]);
    const added = actionsOf(traced).filter((action) => !actionsOf(plain).includes(action));
    expect(new Set(added)).toEqual(new Set(['xray:PutTraceSegments', 'xray:PutTelemetryRecords']));
    expect(() => app.synth()).not.toThrow();
  });
});

describe('a VPC', () => {
  it('holds both functions, in its private subnets unless others are given', () => {
    const { template } = shop((stack) => ({ vpc: new Vpc(stack, 'Network', { natGateways: 1 }) as IVpc }));
    const configurations = all(template, 'AWS::Lambda::Function')
      .map(({ VpcConfig }) => VpcConfig)
      .filter((one) => one !== undefined);
    expect(configurations).toHaveLength(2);
    for (const { SubnetIds } of configurations) expect(JSON.stringify(SubnetIds)).toContain('PrivateSubnet');
    expect(all(template, 'AWS::EC2::SecurityGroup')).toHaveLength(2);
  });

  it('takes the subnets and security groups of the app', () => {
    const { stack, template } = shop((stack) => {
      const vpc = new Vpc(stack, 'Network', {
        subnetConfiguration: [{ name: 'inner', subnetType: SubnetType.PRIVATE_ISOLATED }],
      }) as IVpc;
      const group = new SecurityGroup(stack, 'Group', { vpc });
      return { vpc, vpcSubnets: { subnetGroupName: 'inner' }, securityGroups: [group] };
    });
    const [group] = stack.node.findAll().filter((one) => one instanceof SecurityGroup);
    const id = stack.getLogicalId(group?.node.defaultChild as CfnElement);
    for (const { VpcConfig } of all(template, 'AWS::Lambda::Function').filter((one) => one['VpcConfig'])) {
      expect(VpcConfig.SecurityGroupIds).toEqual([{ 'Fn::GetAtt': [id, 'GroupId'] }]);
      expect(JSON.stringify(VpcConfig.SubnetIds)).toContain('innerSubnet');
    }
  });

  it('needs permissions for network interfaces, and none for other logs', () => {
    const { template: with_ } = shop((stack) => ({ vpc: new Vpc(stack, 'Network') as IVpc }));
    const { template: without } = shop(() => ({}));
    const added = actionsOf(with_).filter((action) => !actionsOf(without).includes(action));
    expect(added.every((action) => action.startsWith('ec2:'))).toBe(true);
    expect(added).toContain('ec2:CreateNetworkInterface');
    for (const { ManagedPolicyArns } of all(with_, 'AWS::IAM::Role'))
      expect(JSON.stringify(ManagedPolicyArns ?? [])).not.toContain('VPCAccess');
  });
});

describe('the rules of an account and its organisation', () => {
  it('a permissions boundary from the context of CDK is on every role', () => {
    const context = { '@aws-cdk/core:permissionsBoundary': { name: 'limits' } };
    const stack = new VendingStack(newApp(context), 'Vending', { policy, apiGatewayAccountRole: true });
    const roles = all(Template.fromStack(stack), 'AWS::IAM::Role');
    expect(roles).toHaveLength(5);
    for (const { PermissionsBoundary } of roles)
      expect(JSON.stringify(PermissionsBoundary)).toContain(':policy/limits');
  });

  it('tags of the app are on every resource that takes tags', () => {
    const app = newApp();
    const stack = new VendingStack(app, 'Vending', { policy });
    Tags.of(app).add('team', 'shop');
    const resources = Object.values(Template.fromStack(stack).toJSON()['Resources']) as Properties[];
    const untagged = resources.filter(
      ({ Properties }) => !JSON.stringify(Properties?.Tags ?? []).includes('shop'),
    );
    expect([...new Set(untagged.map(({ Type }) => Type))].toSorted()).toEqual([
      'AWS::ApiGateway::Deployment',
      'AWS::ApiGateway::GatewayResponse',
      'AWS::ApiGateway::Method',
      'AWS::ApiGateway::Resource',
      'AWS::IAM::Policy',
      'AWS::Lambda::Alias',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::Permission',
      'AWS::Lambda::Version',
      'AWS::Logs::QueryDefinition',
      'AWS::SQS::QueuePolicy',
      'AWS::Scheduler::Schedule',
    ]);
  });

  it('the rules of AWS Control Tower find both keys’ limit of grants in the one form that they take', () => {
    const statements = all(plain, 'AWS::KMS::Key').map(({ KeyPolicy }) => KeyPolicy.Statement);
    expect(statements).toHaveLength(2);
    for (const ofKey of statements)
      expect(ofKey).toContainEqual({
        Sid: 'GrantsToServicesOnly',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'kms:CreateGrant',
        Resource: '*',
        Condition: {
          BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' },
        },
      });
  });

  it('a stack in production cannot be deleted by mistake, unless its settings say so', () => {
    expect(createStack(yaml).stack.terminationProtection).toBe(true);
    expect(createStack(yaml, { terminationProtection: false }).stack.terminationProtection).toBe(false);
  });
});
