import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Quota, quotaFaults, quotas, textAt } from './quotas.ts';
import { registryFaults } from './registry.ts';
import type { Properties } from './resources.ts';
import { samples, spoil } from './template-cases.ts';

beforeAll(() => {
  samples();
}, 240_000);

const alarm = 'AWS::CloudWatch::Alarm';
const parameter = 'AWS::SSM::Parameter';
const lambda = 'AWS::Lambda::Function';

describe('the check against the registry finds', () => {
  it.each<[string, string, (resource: Properties) => void, RegExp]>([
    [
      'a misspelt property',
      alarm,
      ({ Properties }) => Object.assign(Properties, { AlarmDescripton: 'a' }),
      /Properties\.AlarmDescripton: no such property$/,
    ],
    [
      'a misspelt property inside another',
      'AWS::ApiGateway::RestApi',
      ({ Properties }) => Object.assign(Properties.EndpointConfiguration, { VpcEndpoints: [] }),
      /Properties\.EndpointConfiguration\.VpcEndpoints: no such property$/,
    ],
    [
      'a missing property',
      parameter,
      ({ Properties }) => Object.assign(Properties, { Type: undefined }),
      /Properties\.Type: is required$/,
    ],
    [
      'a word that a property does not take',
      parameter,
      ({ Properties }) => Object.assign(Properties, { Type: 'Text' }),
      /Properties\.Type: takes no Text$/,
    ],
    [
      'text for a number',
      lambda,
      ({ Properties }) => Object.assign(Properties, { MemorySize: '512' }),
      /Properties\.MemorySize: is no integer$/,
    ],
    [
      'one thing for a list',
      lambda,
      ({ Properties }) => Object.assign(Properties, { Architectures: 'arm64' }),
      /Properties\.Architectures: is no array$/,
    ],
    [
      'a tag without a key',
      lambda,
      ({ Properties }) => Object.assign(Properties, { Tags: [{ Value: 'a' }] }),
      /Properties\.Tags\[0\]: is no tag$/,
    ],
    [
      'a misspelt key beside the properties',
      lambda,
      (resource) => Object.assign(resource, { DeletonPolicy: 'Retain' }),
      /DeletonPolicy: a resource has no such key$/,
    ],
    [
      'a type that there is not',
      alarm,
      (resource) => Object.assign(resource, { Type: 'AWS::CloudWatch::Alert' }),
      /\(AWS::CloudWatch::Alert\) no such type$/,
    ],
    [
      'a reference to nothing',
      lambda,
      ({ Properties }) => Object.assign(Properties, { Role: { Ref: 'Nobody' } }),
      /^Ref Nobody: the template has no such thing$/,
    ],
    [
      'an attribute that there is not',
      'AWS::ApiGateway::BasePathMappingV2',
      ({ Properties }) =>
        Object.assign(Properties.DomainNameArn['Fn::GetAtt'], ['', 'Arn'], {
          0: Properties.DomainNameArn['Fn::GetAtt'][0],
        }),
      /^Fn::GetAtt HttpPrivateDomain\w+\.Arn: there is no such attribute$/,
    ],
  ])('%s', (_what, type, edit, complaint) => {
    expect(registryFaults(spoil(type, edit))).toEqual(
      expect.arrayContaining([expect.stringMatching(complaint)]),
    );
  });
});

describe('the check of lengths', () => {
  /** With so many characters at that place. */
  const withLength = ({ type, property }: Quota, text: string) =>
    Template.fromJSON(
      spoil(type, ({ Properties }) => {
        const [last = '', ...outer] = property.split('.').toReversed();
        const holder = outer.toReversed().reduce((inside, key) => inside[key], Properties);
        holder[last] = text;
      }),
    );
  const fill = ({ property }: Quota, length: number) => (property === 'Name' ? '/' : 'x').padEnd(length, 'x');

  it.each(quotas)('has both neighbours: $type $property, $max', (quota) => {
    const { type, property, max, pattern } = quota;
    const faults = (length: number) => {
      const text = pattern?.test('x'.repeat(length)) === false ? fill(quota, length) : 'x'.repeat(length);
      return quotaFaults(withLength(quota, text)).filter((fault) => fault.startsWith(`${type} ${property}:`));
    };
    expect(faults(max)).toEqual([]);
    expect(faults(max + 1)).toEqual([expect.stringContaining(`${max + 1} characters, ${max} at most (`)]);
  });

  it('has no row that no template has a value for', () => {
    const templates = samples().flatMap((one) => Object.values<Properties>(one['Resources']));
    const unused = quotas.filter(
      ({ type, property }) =>
        !templates.some(({ Type, Properties }) => Type === type && textAt(Properties, property)),
    );
    expect(unused.map(({ type, property }) => `${type} ${property}`)).toEqual([]);
  });

  it.each([
    ['AWS::Scheduler::ScheduleGroup', 'Name', 'a group'],
    ['AWS::SSM::Parameter', 'Name', '/aws-tokens/token-url'],
    ['AWS::Logs::LogGroup', 'LogGroupName', 'a:b'],
  ])('finds characters that %s %s does not take', (type, property, text) => {
    const quota = quotas.find((one) => one.type === type && one.property === property);
    if (quota === undefined) throw new Error('no such row');
    expect(quotaFaults(withLength(quota, text))).toEqual([expect.stringContaining(`${text} is not like`)]);
  });

  it('counts outputs and resources', () => {
    const outputs = Object.fromEntries(
      Array.from({ length: 201 }, (_, index) => [`O${index}`, { Value: 'a' }]),
    );
    const crowded = Template.fromJSON({ ...samples()[0], Outputs: outputs });
    expect(quotaFaults(crowded)).toEqual(['201 outputs, 200 at most']);
  });
});
