import { hash } from 'node:crypto';
import type { Template } from 'aws-cdk-lib/assertions';
import type { Properties } from './resources.ts';

export type Place = { partition: string; region: string; urlSuffix: string };

export const account = '111122223333';
const virginia: Place = { partition: 'aws', region: 'us-east-1', urlSuffix: 'amazonaws.com' };

export type PolicyDocument = { Version: string; Statement: Properties[] };
export type RolePolicies = { inline: PolicyDocument[]; managed: PolicyDocument[] };

/** The template with every reference replaced by what CloudFormation would put there, so that policies can be evaluated. */
export function deploy(template: Template, { partition, region, urlSuffix }: Place = virginia) {
  const { Resources: resources, Outputs: outputs } = template.toJSON();
  const pseudo: Record<string, string> = {
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::URLSuffix': urlSuffix,
  };

  /** The part of an ARN after the account, and what `Ref` gives. */
  function identify(id: string): { service: string; name: string; resource: string } {
    const { Type, Properties } = resources[id];
    const uuid = hash('sha256', id).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
    const service = String(Type.split('::')[1]).toLowerCase();
    const names: Record<string, [name: string, resource: string]> = {
      'AWS::SecretsManager::Secret': [Properties?.Name, `secret:${Properties?.Name}-AbCdEf`],
      'AWS::KMS::Key': [uuid, `key/${uuid}`],
      'AWS::DynamoDB::Table': [id, `table/${id}`],
      'AWS::IAM::Role': [id, `role/${id}`],
      'AWS::Lambda::Function': [id, `function:${id}`],
      'AWS::Lambda::Alias': [id, `function:${Properties?.FunctionName?.Ref}:${Properties?.Name}`],
      'AWS::Logs::LogGroup': [id, `log-group:${id}:*`],
      'AWS::SQS::Queue': [id, id],
      'AWS::Scheduler::ScheduleGroup': [id, `schedule-group/${id}`],
      'AWS::SSM::Parameter': [Properties?.Name, `parameter${Properties?.Name}`],
      'AWS::ApiGateway::RestApi': ['a1b2c3d4e5', ''],
      'AWS::ApiGateway::Stage': [Properties?.StageName, ''],
    };
    const [name, resource] = names[Type] ?? [id, ''];
    return { service, name, resource };
  }

  function arnOf(id: string): string {
    const { service, resource } = identify(id);
    return ['arn', partition, service, service === 'iam' ? '' : region, account, resource].join(':');
  }

  function refer(id: string): string {
    const isNamedByArn = ['AWS::SecretsManager::Secret', 'AWS::Lambda::Alias'].includes(resources[id]?.Type);
    return pseudo[id] ?? (isNamedByArn ? arnOf(id) : identify(id).name);
  }

  // biome-ignore lint/suspicious/noExplicitAny: a template is whatever JSON CloudFormation reads
  function resolve(value: any): any {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    if ('Ref' in value) return refer(value.Ref);
    if ('Fn::GetAtt' in value) {
      const [id, attribute] = value['Fn::GetAtt'];
      return attribute === 'Arn' ? arnOf(id) : identify(id).name;
    }
    if ('Fn::Join' in value) return value['Fn::Join'][1].map(resolve).join(value['Fn::Join'][0]);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
  }

  /** The logical id of the one resource of this type whose id begins so. */
  function find(type: string, prefix: string): string {
    const [id, ...more] = Object.keys(resources).filter(
      (one) => resources[one].Type === type && one.startsWith(prefix),
    );
    if (id === undefined || more.length > 0) throw new Error(`not one ${type} ${prefix}`);
    return id;
  }

  function policiesOf(role: string): RolePolicies {
    const of = (type: string) =>
      Object.values<Properties>(resources)
        .filter(({ Type, Properties }) => Type === type && resolve(Properties.Roles).includes(role))
        .map(({ Properties }) => resolve(Properties.PolicyDocument));
    return { inline: of('AWS::IAM::Policy'), managed: of('AWS::IAM::ManagedPolicy') };
  }

  return {
    /** The ARN of the one resource of this type whose logical id begins so. */
    arn: (type: string, prefix: string) => arnOf(find(type, prefix)),
    properties: (type: string, prefix: string) => resolve(resources[find(type, prefix)].Properties),
    /** The properties of every resource of this type. */
    all: (type: string): Properties[] =>
      Object.values<Properties>(resources)
        .filter(({ Type }) => Type === type)
        .map(({ Properties }) => resolve(Properties)),
    output: (name: string) => resolve(outputs[name].Value),
    /** Of the role whose logical id begins so. */
    policiesOf: (prefix: string) => policiesOf(find('AWS::IAM::Role', prefix)),
    resolve,
  };
}
