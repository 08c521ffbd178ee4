import { describe } from 'vitest';
import type { Identity } from './evaluator.ts';
import { forbidden, itemRows, no, questions, type Row, yes } from './questions.ts';
import {
  type Ask,
  administration,
  administrator,
  allowing,
  auditor,
  decrypt,
  deployed,
  identity,
  invokeUnderItsPolicy,
  item,
  itemActions,
  keys,
  powerUser,
  read,
  secrets,
  vend,
  via,
} from './sample-deployment.ts';

describe('the table’s policy denies every other identity the reading of an item', () => {
  describe.each([
    ['administrators', administrator],
    ['power users', powerUser],
  ])('%s', (_name, who) => {
    questions(who, forbidden, itemRows(itemActions));
    questions(who, yes, itemRows(administration));
  });
  questions(auditor, forbidden, itemRows(['GetItem', 'Scan', 'Query']));
  questions(identity('nobody'), no, itemRows(['DescribeTable', 'DeleteTable']));
  questions({ ...vend, arn: `${vend.arn}-2` }, forbidden, [
    ['a role whose name begins like the function’s', item('GetItem')],
  ]);
  questions({ ...vend, arn: vend.arn.replace('111122223333', '444455556666') }, forbidden, [
    ['a role of the same name in another account', item('GetItem')],
  ]);
});

describe('AWS Backup', () => {
  /** AWS managed policy AWSBackupServiceRolePolicyForBackup, as far as it is about DynamoDB. */
  const backup: Identity = {
    arn: 'arn:aws:iam::111122223333:role/service-role/AWSBackupDefaultServiceRole',
    session: 'AWSBackup-AWSBackupDefaultServiceRole',
    policies: [
      allowing({ Action: ['dynamodb:DescribeTable', 'dynamodb:CreateBackup', 'dynamodb:StartAwsBackupJob'] }),
      allowing({
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Condition: { StringLike: { 'kms:ViaService': ['dynamodb.*.amazonaws.com'] } },
      }),
    ],
  };
  const dataKey = { ...decrypt(keys.tokens, 'dynamodb'), action: 'kms:GenerateDataKey' };
  questions(backup, forbidden, [
    ['its older way: the table’s policy', item('CreateBackup')],
    ['its newer way: the key’s policy', decrypt(keys.tokens, 'dynamodb')],
    ['with a new data key', dataKey],
  ]);
  questions(backup, yes, [
    ['its newer way, but for the key: what no table policy can deny', item('StartAwsBackupJob')],
  ]);
  questions({ ...backup, session: 'renamed' }, yes, [
    ['a session of another name decrypts: plans must leave the table out', decrypt(keys.tokens, 'dynamodb')],
  ]);
});

describe('the keys lock no administrator out', () => {
  const administer = (name: string, of: typeof keys.tokens): Ask => ({ action: `kms:${name}`, ...of });
  const names = ['DescribeKey', 'PutKeyPolicy', 'ScheduleKeyDeletion', 'EnableKeyRotation'];
  questions(administrator, yes, [
    ...names.map((name): Row => [`${name} of the table’s`, administer(name, keys.tokens)]),
    ...names.map((name): Row => [`${name} of the secrets’`, administer(name, keys.secrets)]),
    ['the deployment creates the table', decrypt(keys.tokens, 'dynamodb')],
  ]);
  questions(identity('nobody'), no, [['somebody without a policy', decrypt(keys.tokens, 'dynamodb')]]);
});

describe('a key is granted to AWS services alone, by what they do for an identity', () => {
  const createGrant = (of: typeof keys.tokens, context?: Record<string, string>): Ask => ({
    action: 'kms:CreateGrant',
    ...of,
    ...(context && { context }),
  });
  const rows = (context?: Record<string, string>): Row[] => [
    ['the table’s', createGrant(keys.tokens, context)],
    ['the secrets’', createGrant(keys.secrets, context)],
  ];
  describe('an administrator', () => questions(administrator, forbidden, rows()));
  const forDynamoDb = { 'kms:GrantIsForAWSResource': 'true', ...via('dynamodb') };
  describe('DynamoDB for the deployment', () => questions(administrator, yes, rows(forDynamoDb)));
  describe('DynamoDB for somebody without a policy', () =>
    questions(identity('nobody'), no, rows(forDynamoDb)));
});

describe('identities that may read any secret of the account are trusted with the secrets', () => {
  questions(powerUser, yes, [
    ['PowerUserAccess', read(secrets.acme)],
    ['PowerUserAccess decrypts', decrypt(keys.secrets, 'secretsmanager')],
  ]);
  questions(auditor, no, [['an auditor without that permission', read(secrets.acme)]]);
  questions({ ...administrator, arn: 'arn:aws:iam::444455556666:role/administrator' }, no, [
    ['an administrator of another account', read(secrets.acme)],
  ]);
});

describe('the stack gives lambda:InvokeFunction on the vend function to API Gateway alone', () => {
  const ask = (sourceArn?: string): Ask => ({
    ...invokeUnderItsPolicy('VendFunction'),
    ...(sourceArn !== undefined && { context: { 'aws:SourceArn': sourceArn } }),
  });
  const api = (id: string, stage: string) =>
    `arn:aws:execute-api:us-east-1:111122223333:${id}/${stage}/POST/v2/oauth/token`;
  const service = (name: string): Identity => ({ arn: `${name}.amazonaws.com` });
  questions(service('apigateway'), yes, [['for this API', ask(api('a1b2c3d4e5', 'production'))]]);
  questions(service('apigateway'), no, [
    ['for another API', ask(api('f6g7h8i9j0', 'production'))],
    ['for another stage', ask(api('a1b2c3d4e5', 'test-invoke-stage'))],
    ['for no API that it names', ask()],
  ]);
  questions(service('scheduler'), no, [['Scheduler', ask(api('a1b2c3d4e5', 'production'))]]);
  questions(vend, no, [['its own role', ask()]]);
  questions(identity('nobody'), no, [['an identity of the account without a policy', ask()]]);
  questions({ ...administrator, arn: 'arn:aws:iam::444455556666:role/administrator' }, no, [
    ['an administrator of another account', ask()],
  ]);
  questions(administrator, yes, [['who is given it all the same may claim to be any caller', ask()]]);
});

describe('nobody but its schedule may invoke the refresh function', () => {
  const ask = invokeUnderItsPolicy('RefreshFunction');
  questions({ arn: 'scheduler.amazonaws.com' }, no, [['Scheduler itself, without the schedule’s role', ask]]);
  questions({ arn: 'apigateway.amazonaws.com' }, no, [['API Gateway', ask]]);
  questions(identity('nobody'), no, [['an identity of the account without a policy', ask]]);
});

describe('a role is assumed by its own service alone, and not by administrators', () => {
  const trust = (prefix: string, context?: Record<string, string>): Ask => ({
    action: 'sts:AssumeRole',
    resource: deployed.arn('AWS::IAM::Role', prefix),
    resourcePolicy: deployed.properties('AWS::IAM::Role', prefix).AssumeRolePolicyDocument,
    ...(context && { context }),
  });
  const groupArn = deployed.arn('AWS::Scheduler::ScheduleGroup', 'RefreshScheduleGroup');
  const fromGroup = (arn: string) => ({ 'aws:SourceAccount': '111122223333', 'aws:SourceArn': arn });
  const ofSchedule = (arn: string) => trust('RefreshScheduleRole', fromGroup(arn));
  questions({ arn: 'lambda.amazonaws.com' }, yes, [
    ['the vend function’s', trust('VendRole')],
    ['the refresh function’s', trust('RefreshRole')],
  ]);
  questions({ arn: 'scheduler.amazonaws.com' }, yes, [['the schedule’s', ofSchedule(groupArn)]]);
  questions({ arn: 'scheduler.amazonaws.com' }, no, [
    ['the schedule’s, for a schedule of another group', ofSchedule(`${groupArn}-2`)],
    ['the schedule’s, for a schedule that it does not name', trust('RefreshScheduleRole')],
    ['the vend function’s', trust('VendRole')],
  ]);
  questions(administrator, no, [
    ['the vend function’s', trust('VendRole')],
    ['the refresh function’s', trust('RefreshRole')],
    ['the schedule’s', ofSchedule(groupArn)],
  ]);
});

describe('identities that may change the functions’ code are trusted with everything', () => {
  const change: Ask = {
    action: 'lambda:UpdateFunctionCode',
    resource: invokeUnderItsPolicy('VendFunction').resource,
  };
  questions(administrator, yes, [['an administrator', change]]);
  questions(auditor, no, [['an auditor', change]]);
});
