import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Properties } from './resources.ts';

/**
 * What CloudFormation's registry says of resource types: names and types of properties, required ones, words that a
 * property takes, and what `Fn::GetAtt` gives. This edition of it holds no lengths and no patterns: `quotas.ts` does.
 */
const registry = loadAwsServiceSpecSync();

const find = (type: string) => registry.lookup('resource', 'cloudFormationType', 'equals', type)[0];
type Definition = NonNullable<ReturnType<typeof find>>;
type Property = Definition['properties'][string];
type PropertyType = Property['type'];

const pseudoParameters = [
  'AccountId',
  'NotificationARNs',
  'NoValue',
  'Partition',
  'Region',
  'StackId',
  'StackName',
  'URLSuffix',
];
const functions = [
  'Base64',
  'Cidr',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
];
const resourceKeys = [
  'Type',
  'Properties',
  'DependsOn',
  'Metadata',
  'Condition',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'CreationPolicy',
  'UpdatePolicy',
];

/** All that CloudFormation would refuse in a template, one line each. */
export function registryFaults(template: Properties): string[] {
  const { Resources = {}, Outputs = {} } = template;
  const inResources = Object.entries<Properties>(Resources).flatMap(([id, resource]) =>
    resourceFaults(resource).map((fault) => `${id} (${resource['Type']}) ${fault}`),
  );
  return [...inResources, ...referenceFaults(Resources, template), ...referenceFaults(Outputs, template)];
}

function resourceFaults(resource: Properties): string[] {
  const definition = find(resource['Type']);
  if (definition === undefined) return ['no such type'];
  const unknown = Object.keys(resource).filter((key) => !resourceKeys.includes(key));
  return [
    ...unknown.map((key) => `${key}: a resource has no such key`),
    ...objectFaults(resource['Properties'] ?? {}, definition.properties, 'Properties'),
  ];
}

function objectFaults(given: Properties, known: Record<string, Property>, path: string): string[] {
  const missing = Object.entries(known).filter(
    ([name, { required }]) => required && given[name] === undefined,
  );
  return [
    ...missing.map(([name]) => `${path}.${name}: is required`),
    ...Object.entries(given).flatMap(([name, value]) => {
      const property = known[name];
      if (property === undefined) return [`${path}.${name}: no such property`];
      const types = [property.type, ...(property.previousTypes ?? [])];
      return anyOf(types.map((type) => valueFaults(value, type, `${path}.${name}`)));
    }),
  ];
}

/** Of several possible types, the faults by the one that fits best. */
function anyOf(faults: string[][]): string[] {
  return faults.reduce((best, one) => (one.length < best.length ? one : best));
}

// biome-ignore lint/suspicious/noExplicitAny: a template is whatever JSON CloudFormation reads
function valueFaults(value: any, type: PropertyType, path: string): string[] {
  const isRight = (right: boolean) => (right ? [] : [`${path}: is no ${type.type}`]);
  if (isIntrinsic(value)) return [];
  switch (type.type) {
    case 'string':
      if (typeof value !== 'string') return isRight(false);
      return type.allowedValues?.includes(value) === false ? [`${path}: takes no ${value}`] : [];
    case 'integer':
      return isRight(Number.isInteger(value));
    case 'number':
      return isRight(typeof value === 'number');
    case 'boolean':
      return isRight(typeof value === 'boolean');
    case 'array':
      if (!Array.isArray(value)) return isRight(false);
      return value.flatMap((one, at) => valueFaults(one, type.element, `${path}[${at}]`));
    case 'map':
      if (!isObject(value)) return isRight(false);
      return Object.entries(value).flatMap(([key, one]) => valueFaults(one, type.element, `${path}.${key}`));
    case 'tag':
      return isRight(isObject(value) && Object.keys(value).toSorted().join() === 'Key,Value');
    case 'ref':
      if (!isObject(value)) return isRight(false);
      return objectFaults(value, registry.get('typeDefinition', type.reference.$ref).properties, path);
    case 'union':
      return anyOf(type.types.map((one) => valueFaults(value, one, path)));
    case 'json':
      return isRight(isObject(value) || typeof value === 'string');
    default:
      return [];
  }
}

/** References to what the template does not have, and to attributes that a resource does not have. */
// biome-ignore lint/suspicious/noExplicitAny: a template is whatever JSON CloudFormation reads
function referenceFaults(value: any, template: Properties): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { Resources = {}, Parameters = {} } = template;
  const inside = Object.values(value).flatMap((one) => referenceFaults(one, template));
  if (typeof value['Ref'] === 'string') {
    const known = [
      ...Object.keys(Resources),
      ...Object.keys(Parameters),
      ...pseudoParameters.map((name) => `AWS::${name}`),
    ];
    if (!known.includes(value['Ref'])) return [`Ref ${value['Ref']}: the template has no such thing`];
  }
  const [id, attribute] = value['Fn::GetAtt'] ?? [];
  if (id !== undefined && find(Resources[id]?.['Type'])?.attributes[attribute] === undefined)
    return [`Fn::GetAtt ${id}.${attribute}: there is no such attribute`];
  return inside;
}

function isIntrinsic(value: unknown): boolean {
  if (!isObject(value)) return false;
  const [name = '', ...more] = Object.keys(value);
  return (
    more.length === 0 && (name === 'Ref' || (name.startsWith('Fn::') && functions.includes(name.slice(4))))
  );
}

function isObject(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
