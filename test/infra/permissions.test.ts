import { describe } from 'vitest';
import { itemRows, no, questions, type Row, yes } from './questions.ts';
import {
  type Ask,
  administration,
  administrator,
  decrypt,
  deployed,
  invoke,
  itemActions,
  keys,
  lambda,
  read,
  refresh,
  schedule,
  secrets,
  send,
  table,
  vend,
  via,
} from './sample-deployment.ts';

describe("only the two functions' roles may read a client secret", () => {
  describe('the vend function', () => {
    questions(vend, yes, [
      ['the secret that the stack made', read(secrets.acme)],
      ['another client’s', read(secrets.other)],
      ['the imported one', read(secrets.imported)],
      ['decrypt what the stack made, through Secrets Manager', decrypt(keys.secrets, 'secretsmanager')],
      ['decrypt what was imported, through Secrets Manager', decrypt(keys.imported, 'secretsmanager')],
    ]);
    questions(vend, no, [
      ['a secret of another name', read(secrets.foreign)],
      ['with the secrets’ key, by itself', decrypt(keys.secrets)],
      ['with the secrets’ key, through DynamoDB', decrypt(keys.secrets, 'dynamodb')],
      ['with the imported key, by itself', decrypt(keys.imported)],
      ...['PutSecretValue', 'UpdateSecret', 'DeleteSecret', 'DescribeSecret', 'UpdateSecretVersionStage'].map(
        (name): Row => [name, { action: `secretsmanager:${name}`, resource: secrets.acme }],
      ),
    ]);
  });

  describe('the refresh function', () => {
    questions(refresh, yes, [
      ['a client that is kept warm', read(secrets.acme)],
      ['a client that is not, for its age', read(secrets.other)],
      ['an imported client, for its age', read(secrets.imported)],
      ['decrypt them, through Secrets Manager', decrypt(keys.secrets, 'secretsmanager')],
      ['decrypt what was imported, through Secrets Manager', decrypt(keys.imported, 'secretsmanager')],
    ]);
    questions(refresh, no, [
      ['a secret of another name', read(secrets.foreign)],
      ['with the secrets’ key, by itself', decrypt(keys.secrets)],
      ['with the imported key, by itself', decrypt(keys.imported)],
    ]);
  });

  describe('the schedule', () => {
    questions(schedule, no, [['any secret', read(secrets.acme)]]);
  });
});

describe.each([
  ['the vend function', vend],
  ['the refresh function', refresh],
])('%s', (_name, who) => {
  questions(who, yes, [
    ...itemRows(['GetItem', 'UpdateItem']),
    ['decrypt items, through DynamoDB', decrypt(keys.tokens, 'dynamodb')],
  ]);
  questions(who, no, [
    ...itemRows(itemActions.filter((name) => !['GetItem', 'UpdateItem'].includes(name))),
    ...itemRows(administration),
    ['GetItem of another table', { action: 'dynamodb:GetItem', resource: `${table.resource}-2` }],
    ['decrypt items by itself', decrypt(keys.tokens)],
    ['decrypt items through another service', decrypt(keys.tokens, 'secretsmanager')],
    ...['Encrypt', 'GenerateDataKey', 'PutKeyPolicy', 'ScheduleKeyDeletion'].map(
      (name): Row => [name, { action: `kms:${name}`, ...keys.tokens, context: via('dynamodb') }],
    ),
    ['invoke the vend function', invoke('VendFunction')],
    ['invoke the refresh function', invoke('RefreshFunction')],
    ['send to the schedule’s queue', send('RefreshScheduleUndelivered')],
    ['change its own code', { action: 'lambda:UpdateFunctionCode', resource: lambda('VendFunction') }],
    ['assume a role', { action: 'sts:AssumeRole', resource: administrator.arn }],
  ]);
});

describe('the roles write where they must', () => {
  const log = (prefix: string, action = 'logs:PutLogEvents'): Ask => ({
    action,
    resource: `${deployed.arn('AWS::Logs::LogGroup', prefix).replace(/:\*$/, '')}:log-stream:a`,
  });
  questions(vend, yes, [['the vend function its log', log('VendLog')]]);
  questions(vend, no, [
    ['the vend function the other’s log', log('RefreshLog')],
    ['the vend function the access log', log('HttpAccessLog')],
    ['the vend function deletes of its log', log('VendLog', 'logs:DeleteLogStream')],
    ['the vend function to the queue of failed runs', send('RefreshFailures')],
  ]);
  questions(refresh, yes, [
    ['the refresh function its log', log('RefreshLog')],
    ['the refresh function its failed runs', send('RefreshFailures')],
  ]);
  questions(schedule, yes, [
    ['the schedule invokes the refresh function', invoke('RefreshFunction')],
    ['the schedule what it could not deliver', send('RefreshScheduleUndelivered')],
  ]);
  questions(schedule, no, [
    ['the schedule invokes the vend function', invoke('VendFunction')],
    ['the schedule to the other queue', send('RefreshFailures')],
  ]);
});
