import { App, type CfnElement, Duration, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CodePipeline, CodePipelineSource, type IFileSetProducer, ShellStep } from 'aws-cdk-lib/pipelines';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { VendingStack } from '../../infra/stack.ts';
import { TokenVending } from '../../infra/token-vending.ts';
import { temporaryFolder } from '../support/folders.ts';
import { goodPolicy, toYaml, withClient } from '../support/policies.ts';
import { all, only } from './resources.ts';

const policy = compilePolicy(toYaml(goodPolicy()), 'policy.yaml');
const otherPolicy = compilePolicy(withClient({ secretName: 'connect/other' }), 'policy.yaml');
const app = () => new App({ outdir: temporaryFolder(), analyticsReporting: false });

describe('the construct in the stack of another app', () => {
  it('needs a policy and nothing else', () => {
    const stack = new Stack(app(), 'Shop');
    new TokenVending(stack, 'Tokens', { policy });
    const template = Template.fromStack(stack);
    expect(all(template, 'AWS::Lambda::Function').map(({ MemorySize }) => MemorySize)).toEqual([512, 512]);
    expect(only(template, 'AWS::ApiGateway::Stage')['StageName']).toBe('prod');
    expect(only(template, 'AWS::ApiGateway::RestApi')['Name']).toBe('Shop');
    expect(template.findOutputs('*')).toEqual({});
  });

  it('gives its URL and the right to call it to whatever needs them', () => {
    const stack = new Stack(app(), 'Shop');
    const vending = new TokenVending(stack, 'Tokens', { policy });
    const role = new Role(stack, 'Checkout', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
    vending.grantInvoke(role).assertSuccess();
    const [attached] = all(Template.fromStack(stack), 'AWS::IAM::Policy').filter(
      ({ Roles }) => Roles[0].Ref === stack.getLogicalId(role.node.defaultChild as CfnElement),
    );
    const { Statement } = stack.resolve(vending.callerPolicy);
    expect(attached?.['PolicyDocument'].Statement).toEqual(Statement);
    expect(JSON.stringify(Statement)).toContain('/POST/v2/oauth/token');
    expect(JSON.stringify(stack.resolve(vending.tokenUrl))).toContain('/v2/oauth/token');
  });

  it('takes the resources of that app for its alarms and logs', () => {
    const stack = new Stack(app(), 'Shop');
    const alarmTopic = new Topic(stack, 'Pager');
    const logKey = new Key(stack, 'Logs');
    new TokenVending(stack, 'Tokens', { policy, alarmTopic, logKey, refreshEvery: Duration.minutes(5) });
    const template = Template.fromStack(stack);
    const topic = { Ref: stack.getLogicalId(alarmTopic.node.defaultChild as CfnElement) };
    for (const { AlarmActions } of all(template, 'AWS::CloudWatch::Alarm'))
      expect(AlarmActions).toEqual([topic]);
    const key = { 'Fn::GetAtt': [stack.getLogicalId(logKey.node.defaultChild as CfnElement), 'Arn'] };
    expect(all(template, 'AWS::Logs::LogGroup').map(({ KmsKeyId }) => KmsKeyId)).toEqual([
      key,
      key,
      key,
      key,
    ]);
  });

  it('stands twice in one stack, for two policies', () => {
    const stack = new Stack(app(), 'Shop');
    new TokenVending(stack, 'Tokens', { policy });
    new TokenVending(stack, 'OtherTokens', { policy: otherPolicy, serviceName: 'other' });
    const names = all(Template.fromStack(stack), 'AWS::Lambda::Function');
    expect(names.map(({ Environment }) => Environment.Variables.SERVICE_NAME)).toEqual([
      'Shop',
      'Shop',
      'other',
      'other',
    ]);
  });
});

describe('the stack', () => {
  it('stands in two stages of one app, each with its own account and region', () => {
    const both = app();
    const stacks = ['us-east-1', 'eu-west-1'].map((region) => {
      const stage = new Stage(both, `Stage-${region}`, { env: { account: '111122223333', region } });
      return new VendingStack(stage, 'Vending', { policy, stageName: 'production' });
    });
    expect(stacks.map(({ stackName, region }) => [stackName, region])).toEqual([
      ['Stage-us-east-1-Vending', 'us-east-1'],
      ['Stage-eu-west-1-Vending', 'eu-west-1'],
    ]);
    const ids = stacks.map((stack) =>
      Object.keys(Template.fromStack(stack).findResources('AWS::SecretsManager::Secret')),
    );
    expect(ids[0]).toHaveLength(1);
    expect(ids[0]).toEqual(ids[1]);
    expect(both.synth().getNestedAssembly('assembly-Stage-eu-west-1').stacks).toHaveLength(1);
  });

  it('takes what every CDK stack takes', () => {
    const props = { policy, terminationProtection: true, tags: { team: 'shop' }, stackName: 'tokens' };
    const stack = new VendingStack(app(), 'Vending', props);
    expect([stack.terminationProtection, stack.stackName, stack.tags.tagValues()]).toEqual([
      true,
      'tokens',
      { team: 'shop' },
    ]);
  });

  it('is deployed by a pipeline of CDK Pipelines', () => {
    const outer = new Stack(app(), 'Pipeline', { env: { account: '111122223333', region: 'us-east-1' } });
    const connectionArn = 'arn:aws:codeconnections:us-east-1:111122223333:connection/example';
    const input = CodePipelineSource.connection('shop/tokens', 'main', {
      connectionArn,
    }) as IFileSetProducer;
    const pipeline = new CodePipeline(outer, 'Pipeline', {
      synth: new ShellStep('Synth', { input, commands: ['npm ci', 'npx cdk synth'] }) as IFileSetProducer,
    });
    const stage = new Stage(outer, 'Production');
    new VendingStack(stage, 'Vending', { policy });
    pipeline.addStage(stage);
    const { Stages } = only(Template.fromStack(outer), 'AWS::CodePipeline::Pipeline');
    expect(Stages.map(({ Name }: { Name: string }) => Name)).toEqual([
      'Source',
      'Build',
      'UpdatePipeline',
      'Assets',
      'Production',
    ]);
  });
});
