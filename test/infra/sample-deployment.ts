import { goodPolicy, toYaml } from '../support/policies.ts';
import { deploy, type PolicyDocument } from './deployed.ts';
import type { Identity, Question } from './evaluator.ts';
import type { Properties } from './resources.ts';
import { template } from './synthesise.ts';

export const principals = [
  'arn:aws:iam::111122223333:role/checkout',
  'arn:aws:iam::111122223333:role/apps/pathed',
  'arn:aws:iam::111122223333:role/catalogue-*',
  'arn:aws:iam::111122223333:user/ci',
  'arn:aws:iam::444455556666:role/partner',
];
const secretArn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:elsewhere/imported-AbCdEf';
const kmsKeyArn = 'arn:aws:kms:us-east-1:111122223333:key/aaaabbbb-3333-4444-5555-666677778888';
export const deployed = deploy(template(samplePolicy()));

function samplePolicy(): string {
  const policy = goodPolicy();
  policy.clients['other'] = { secretName: 'connect/other' };
  policy.clients['imported'] = { secretArn, kmsKeyArn };
  policy.grants = [{ ...policy.grants[0], principals }];
  policy.keepWarm = [{ client: 'acme', scopes: ['connect:fulfillment'] }];
  return toYaml(policy);
}

export const secrets = {
  acme: deployed.arn('AWS::SecretsManager::Secret', 'Secretsconnectacme'),
  other: deployed.arn('AWS::SecretsManager::Secret', 'Secretsconnectother'),
  imported: secretArn,
  foreign: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:connect/acme-production-AbCdEf',
};
const key = (prefix: string) => ({
  resource: deployed.arn('AWS::KMS::Key', prefix),
  resourcePolicy: deployed.properties('AWS::KMS::Key', prefix).KeyPolicy as PolicyDocument,
});
export const keys = {
  secrets: key('SecretsKey'),
  tokens: key('TokensKey'),
  imported: { resource: kmsKeyArn, resourcePolicy: delegatingToIam() },
};
export const table = {
  resource: deployed.arn('AWS::DynamoDB::Table', 'Tokens'),
  resourcePolicy: tablePolicy(),
};
const queue = (prefix: string) => deployed.arn('AWS::SQS::Queue', prefix);
export const lambda = (prefix: string) => deployed.arn('AWS::Lambda::Function', prefix);

/** The default policy of a key: the account's IAM policies decide. */
function delegatingToIam(): PolicyDocument {
  const Principal = { AWS: 'arn:aws:iam::111122223333:root' };
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }],
  };
}

function tablePolicy(): PolicyDocument {
  return deployed.properties('AWS::DynamoDB::Table', 'Tokens').ResourcePolicy.PolicyDocument;
}

function role(prefix: string): Identity {
  const { inline, managed } = deployed.policiesOf(prefix);
  return { arn: deployed.arn('AWS::IAM::Role', prefix), policies: [...inline, ...managed] };
}

export const allowing = (statement: object): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Resource: '*', ...statement }],
});
export const identity = (name: string, ...policies: PolicyDocument[]): Identity => ({
  arn: `arn:aws:iam::111122223333:role/${name}`,
  policies,
});
export const vend = role('VendRole');
export const refresh = role('RefreshRole');
export const schedule = role('RefreshScheduleRole');
export const administrator = identity('administrator', allowing({ Action: '*' }));
export const powerUser = identity(
  'power-user',
  allowing({ NotAction: ['iam:*', 'organizations:*', 'account:*'] }),
);
export const auditor = identity(
  'auditor',
  allowing({ Action: ['dynamodb:*Item', 'dynamodb:Scan', 'dynamodb:Query'] }),
);

export const via = (service: string) => ({ 'kms:ViaService': `${service}.us-east-1.amazonaws.com` });

/** Every action that the table's policy denies to all but the functions. */
export const itemActions = [
  'GetItem',
  'BatchGetItem',
  'Query',
  'Scan',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
].concat(
  [
    'BatchWriteItem',
    'ConditionCheckItem',
    'PartiQLSelect',
    'PartiQLInsert',
    'PartiQLUpdate',
    'PartiQLDelete',
  ],
  [
    'CreateBackup',
    'ExportTableToPointInTime',
    'RestoreTableToPointInTime',
    'EnableKinesisStreamingDestination',
  ],
);
/** What it leaves to administrators. */
export const administration = ['DescribeTable', 'UpdateTable', 'DeleteTable', 'UpdateTimeToLive'].concat([
  'TagResource',
  'PutResourcePolicy',
  'DeleteResourcePolicy',
  'DescribeContinuousBackups',
]);

export type Ask = Omit<Question, 'who'>;
export const read = (resource: string): Ask => ({ action: 'secretsmanager:GetSecretValue', resource });
export const item = (name: string): Ask => ({ action: `dynamodb:${name}`, ...table });
export const decrypt = (of: { resource: string; resourcePolicy: PolicyDocument }, service?: string): Ask => ({
  action: 'kms:Decrypt',
  ...of,
  ...(service !== undefined && { context: via(service) }),
});
export const invoke = (prefix: string): Ask => ({
  action: 'lambda:InvokeFunction',
  resource: lambda(prefix),
});
/** By the function's own policy, or its alias's: what `AWS::Lambda::Permission` has put into it. */
export function invokeUnderItsPolicy(prefix: string): Ask {
  const permissions = deployed
    .all('AWS::Lambda::Permission')
    .filter(({ FunctionName }) => FunctionName.startsWith(lambda(prefix)));
  const resource = permissions[0]?.['FunctionName'] ?? lambda(prefix);
  return { ...invoke(prefix), resource, resourcePolicy: functionPolicy(resource, permissions) };
}
export const send = (prefix: string): Ask => ({ action: 'sqs:SendMessage', resource: queue(prefix) });

function functionPolicy(functionArn: string, permissions: readonly Properties[]): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: permissions.map(({ Action, Principal, SourceArn }) => ({
      Effect: 'Allow',
      Action,
      Principal: { Service: Principal },
      Resource: functionArn,
      Condition: { ArnLike: { 'aws:SourceArn': SourceArn } },
    })),
  };
}
