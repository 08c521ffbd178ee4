import type { Template } from 'aws-cdk-lib/assertions';
import { deploy, type Place } from './deployed.ts';
import type { Properties } from './resources.ts';

export type Quota = {
  type: string;
  property: string;
  /** Characters. */
  max: number;
  pattern?: RegExp;
  /** The page of AWS that says so. */
  source: string;
};

const longestNames: Place = {
  partition: 'aws-us-gov',
  region: 'us-gov-west-1',
  urlSuffix: 'amazonaws.com',
};

const api = (service: string, page: string) => `${service} API Reference, "${page}"`;
const scheduleName = /^[0-9a-zA-Z\-_.]+$/;
const logGroupName = /^[.\-_/#A-Za-z0-9]+$/;

/** Lengths and characters that a service refuses during a deployment, and that the registry's edition does not know. */
export const quotas: readonly Quota[] = [
  row('AWS::CloudWatch::Alarm', 'AlarmDescription', 1024, api('CloudWatch', 'PutMetricAlarm')),
  row('AWS::CloudWatch::Alarm', 'Namespace', 255, api('CloudWatch', 'PutMetricAlarm')),
  row('AWS::CloudWatch::Alarm', 'MetricName', 255, api('CloudWatch', 'PutMetricAlarm')),
  row(
    'AWS::Scheduler::ScheduleGroup',
    'Name',
    64,
    api('EventBridge Scheduler', 'CreateScheduleGroup'),
    scheduleName,
  ),
  row(
    'AWS::Scheduler::Schedule',
    'GroupName',
    64,
    api('EventBridge Scheduler', 'CreateSchedule'),
    scheduleName,
  ),
  row('AWS::Scheduler::Schedule', 'Description', 512, api('EventBridge Scheduler', 'CreateSchedule')),
  row('AWS::Lambda::Function', 'Description', 256, api('Lambda', 'CreateFunction')),
  row('AWS::Lambda::Function', 'Handler', 128, api('Lambda', 'CreateFunction'), /^\S+$/),
  // In JSON, which takes a little more than Lambda counts.
  row('AWS::Lambda::Function', 'Environment.Variables', 4096, 'AWS Lambda Developer Guide, "Lambda quotas"'),
  row('AWS::IAM::Role', 'AssumeRolePolicyDocument', 2048, 'IAM User Guide, "IAM and AWS STS quotas"'),
  row('AWS::IAM::Policy', 'PolicyName', 128, api('IAM', 'PutRolePolicy'), /^[\w+=,.@-]+$/),
  row('AWS::IAM::ManagedPolicy', 'PolicyDocument', 6144, 'IAM User Guide, "IAM and AWS STS quotas"'),
  row('AWS::KMS::Key', 'Description', 8192, api('KMS', 'CreateKey')),
  row('AWS::KMS::Key', 'KeyPolicy', 32_768, 'KMS Developer Guide, "Resource quotas"'),
  row('AWS::SecretsManager::Secret', 'Name', 512, api('Secrets Manager', 'CreateSecret'), /^[\w/+=.@-]+$/),
  row('AWS::SecretsManager::Secret', 'Description', 2048, api('Secrets Manager', 'CreateSecret')),
  row('AWS::Logs::LogGroup', 'LogGroupName', 512, api('CloudWatch Logs', 'CreateLogGroup'), logGroupName),
  // 1,011 with the ARN before it.
  row(
    'AWS::SSM::Parameter',
    'Name',
    900,
    api('Systems Manager', 'PutParameter'),
    /^\/(?!aws|ssm)[\w.\-/]+$/i,
  ),
  row('AWS::SSM::Parameter', 'Description', 1024, api('Systems Manager', 'PutParameter')),
  row('AWS::SSM::Parameter', 'Value', 4096, api('Systems Manager', 'PutParameter')),
  row('AWS::DynamoDB::Table', 'ResourcePolicy.PolicyDocument', 20_480, api('DynamoDB', 'PutResourcePolicy')),
  row(
    'AWS::ApiGateway::RestApi',
    'Policy',
    8192,
    'API Gateway, "Quotas for configuring and running a REST API"',
  ),
  row(
    'AWS::ApiGateway::DomainNameV2',
    'Policy',
    8192,
    'API Gateway, "Quotas for configuring and running a REST API"',
  ),
  row('AWS::ApiGateway::Stage', 'AccessLogSetting.Format', 3072, 'API Gateway, "Amazon API Gateway quotas"'),
  row('AWS::ApiGateway::Stage', 'StageName', 128, api('API Gateway', 'CreateStage'), /^\w[\w-]*$/),
  row('AWS::Route53::RecordSet', 'Name', 255, 'Route 53 Developer Guide, "DNS domain name format"'),
];

function row(type: string, property: string, max: number, source: string, pattern?: RegExp): Quota {
  return { type, property, max, source, ...(pattern && { pattern }) };
}

/** What the services would refuse, one line each. */
export function quotaFaults(template: Template): string[] {
  const { all } = deploy(template, longestNames);
  const inProperties = quotas.flatMap((quota) =>
    all(quota.type).flatMap((properties) => propertyFaults(quota, textAt(properties, quota.property))),
  );
  return [...inProperties, ...templateFaults(template.toJSON())];
}

function propertyFaults({ type, property, max, pattern, source }: Quota, text: string | undefined): string[] {
  if (text === undefined) return [];
  const what = `${type} ${property}`;
  const tooLong = text.length > max ? [`${what}: ${text.length} characters, ${max} at most (${source})`] : [];
  const unlike = pattern?.test(text) === false ? [`${what}: ${text} is not like ${pattern} (${source})`] : [];
  return [...tooLong, ...unlike];
}

/** As the text that the service gets. */
export function textAt(properties: Properties, path: string): string | undefined {
  const value = path
    .split('.')
    .reduce<unknown>((inside, key) => (inside as Properties | undefined)?.[key], properties);
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

/** AWS CloudFormation User Guide, "Understand CloudFormation quotas". */
function templateFaults(template: Properties): string[] {
  const { Resources, Outputs = {}, Description = '' } = template;
  const names = [...Object.keys(Resources), ...Object.keys(Outputs)];
  const counted: Array<[string, number, number]> = [
    ['resources', Object.keys(Resources).length, 500],
    ['outputs', Object.keys(Outputs).length, 200],
    ['bytes of description', Buffer.byteLength(Description), 1024],
    ['bytes', Buffer.byteLength(JSON.stringify(template)), 1_000_000],
    ['characters of a name', Math.max(...names.map(({ length }) => length)), 255],
  ];
  return counted.flatMap(([what, count, max]) => (count > max ? [`${count} ${what}, ${max} at most`] : []));
}
