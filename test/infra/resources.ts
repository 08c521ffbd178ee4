import type { Template } from 'aws-cdk-lib/assertions';
import { expect } from 'vitest';

// biome-ignore lint/suspicious/noExplicitAny: a template is whatever JSON CloudFormation reads
export type Properties = Record<string, any>;

export function all(of: Template, type: string): Properties[] {
  return Object.values(of.findResources(type)).map(({ Properties }) => Properties ?? {});
}

export function only(of: Template, type: string): Properties {
  const [one, ...more] = all(of, type);
  if (one === undefined || more.length > 0) throw new Error(`not one ${type} but ${more.length + 1}`);
  return one;
}

/** All that the role may do, whose logical id begins so; and that it has no other policies. */
export function statementsOf(of: Template, role: string): Properties[] {
  const roles = Object.entries(of.findResources('AWS::IAM::Role')).filter(([id]) => id.startsWith(role));
  expect(roles.map(([, { Properties }]) => Object.keys(Properties))).toEqual([['AssumeRolePolicyDocument']]);
  return [...all(of, 'AWS::IAM::Policy'), ...all(of, 'AWS::IAM::ManagedPolicy')]
    .filter(({ Roles }) => Roles.some(({ Ref }: { Ref: string }) => Ref.startsWith(role)))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** A reference to the resource whose logical id begins so. */
export function ref(id: string) {
  return { Ref: expect.stringMatching(`^${id}`) };
}

export function arn(id: string) {
  return { 'Fn::GetAtt': [expect.stringMatching(`^${id}`), 'Arn'] };
}

export function allow(Action: string | string[], Resource: unknown) {
  return { Effect: 'Allow', Action, Resource };
}

/** Decrypt with this key, for this service alone. */
export function decrypt(Resource: unknown, service: string) {
  const host = { 'Fn::Join': ['', [`${service}.`, { Ref: 'AWS::Region' }, '.amazonaws.com']] };
  return { ...allow('kms:Decrypt', Resource), Condition: { StringEquals: { 'kms:ViaService': host } } };
}
