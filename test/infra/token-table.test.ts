import { describe, expect, it } from 'vitest';
import { goodPolicy, toYaml } from '../support/policies.ts';
import { all, arn, only } from './resources.ts';
import { template } from './synthesise.ts';

const stack = template(toYaml(goodPolicy()));
const table = only(stack, 'AWS::DynamoDB::Table');
const [statement, ...others] = table['ResourcePolicy'].PolicyDocument.Statement;

describe('the token table', () => {
  it('has one key, is paid by request, and forgets items by their ttl', () => {
    expect(table['KeySchema']).toEqual([{ AttributeName: 'pk', KeyType: 'HASH' }]);
    expect(table['AttributeDefinitions']).toEqual([{ AttributeName: 'pk', AttributeType: 'S' }]);
    expect(table['BillingMode']).toBe('PAY_PER_REQUEST');
    expect(table['TimeToLiveSpecification']).toEqual({ AttributeName: 'ttl', Enabled: true });
  });

  it('has no copies of its items: no stream, backup, replica or index', () => {
    expect(Object.keys(table).toSorted()).toEqual([
      'AttributeDefinitions',
      'BillingMode',
      'DeletionProtectionEnabled',
      'KeySchema',
      'ResourcePolicy',
      'SSESpecification',
      'TimeToLiveSpecification',
    ]);
    stack.resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
    stack.resourceCountIs('AWS::Backup::BackupSelection', 0);
  });

  it('is encrypted with a key of its own, which is rotated', () => {
    expect(table['SSESpecification']).toEqual({
      SSEEnabled: true,
      SSEType: 'KMS',
      KMSMasterKeyId: arn('TokensKey'),
    });
    expect(all(stack, 'AWS::KMS::Key').every(({ EnableKeyRotation }) => EnableKeyRotation)).toBe(true);
  });

  it('goes with the stack, and its key with it', () => {
    stack.hasResource('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    stack.hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'Delete',
      Properties: { PendingWindowInDays: 7 },
    });
    expect(table['DeletionProtectionEnabled']).toBe(false);
    expect(table['TableName']).toBeUndefined();
  });
});

/** Amazon DynamoDB, "DynamoDB API operations supported by resource-based policies", as far as it is about items and copies. */
const supported = new Set(
  [
    'BatchGetItem BatchWriteItem ConditionCheckItem DeleteItem GetItem PutItem Query Scan UpdateItem',
    'PartiQLDelete PartiQLInsert PartiQLSelect PartiQLUpdate',
    'CreateBackup ExportTableToPointInTime RestoreTableToPointInTime EnableKinesisStreamingDestination',
  ].flatMap((names) => names.split(' ').map((name) => `dynamodb:${name}`)),
);

describe("the token table's resource policy", () => {
  it('keeps everybody from the items but the roles of the two functions', () => {
    expect(others).toEqual([]);
    expect(statement).toMatchObject({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Resource: '*',
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': [arn('VendRole'), arn('RefreshRole')] } },
    });
    expect(Object.keys(statement.Condition)).toEqual(['ArnNotEquals']);
  });

  it.each([
    'GetItem',
    'BatchGetItem',
    'Query',
    'Scan',
    'PutItem',
    'UpdateItem',
    'DeleteItem',
    'BatchWriteItem',
    'ConditionCheckItem',
    'PartiQLSelect',
    'PartiQLInsert',
    'PartiQLUpdate',
    'PartiQLDelete',
    'CreateBackup',
    'ExportTableToPointInTime',
    'RestoreTableToPointInTime',
    'EnableKinesisStreamingDestination',
  ])('denies %s', (action) => {
    expect(statement.Action).toContain(`dynamodb:${action}`);
  });

  it('names no action that DynamoDB refuses in a table policy, or the whole policy would be refused', () => {
    expect(statement.Action).not.toContain('dynamodb:StartAwsBackupJob');
    expect(statement.Action.filter((action: string) => !supported.has(action))).toEqual([]);
  });

  it('locks nobody out of administering the table', () => {
    const administration =
      /^dynamodb:(Create|Delete|Describe|Update)(Table|TimeToLive)|Policy$|Tag|List|Continuous|\*/;
    expect(statement.Action.filter((action: string) => administration.test(action))).toEqual([]);
  });
});
