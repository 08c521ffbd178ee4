import { beforeAll, describe, expect, it } from 'vitest';
import { goodPolicy, toYaml } from '../support/policies.ts';
import type { Properties } from './resources.ts';
import { template } from './synthesise.ts';

/** What docs/deploying.md says of removal and of a second deployment, as far as a template tells. */

const keepWarm = [{ client: 'acme', scopes: ['connect:fulfillment'] }];
let resources: [id: string, resource: Properties][];

beforeAll(() => {
  const policy = toYaml({ ...goodPolicy(), keepWarm });
  const { Resources } = template(policy, { apiGatewayAccountRole: true }).toJSON();
  resources = Object.entries(Resources);
}, 180_000);

describe('after cdk destroy', () => {
  it('secrets, their key, three logs and the CloudWatch role of API Gateway are kept, and nothing else', () => {
    const kept = resources.filter(([, { DeletionPolicy = 'Delete' }]) => DeletionPolicy !== 'Delete');
    const idsAndTypes = kept.map(([id, { Type }]) => [id.replace(/[0-9A-F]{8}$/, ''), Type]);
    expect(idsAndTypes.toSorted()).toEqual([
      ['HttpAccessLog', 'AWS::Logs::LogGroup'],
      ['HttpApiAccount', 'AWS::ApiGateway::Account'],
      ['HttpApiCloudWatchRole', 'AWS::IAM::Role'],
      ['RefreshLog', 'AWS::Logs::LogGroup'],
      ['SecretsKey', 'AWS::KMS::Key'],
      ['Secretsconnectacme', 'AWS::SecretsManager::Secret'],
      ['VendLog', 'AWS::Logs::LogGroup'],
    ]);
  });

  it('a first deployment that fails keeps no secret and no log', () => {
    const ofOurs = resources.filter(([, { Type }]) => /Secret$|LogGroup$/.test(Type));
    const policies = ofOurs.map(([, { DeletionPolicy }]) => DeletionPolicy);
    expect(new Set(policies)).toEqual(new Set(['RetainExceptOnCreate', 'Delete']));
  });
});

describe('beside another deployment in the account and region', () => {
  it('nothing has a name that AWS would refuse twice but secrets, the schedule’s group, and what is named for the stack', () => {
    const naming = /^(Name|(Table|Function|Role|Queue|LogGroup|Alarm|Alias|ManagedPolicy|Policy|Rule)Name)$/;
    const named = resources.flatMap(([, { Type, Properties }]) =>
      Object.entries(Properties ?? {})
        .filter(([key, value]) => naming.test(key) && typeof value === 'string')
        .map(([key, value]) => `${Type} ${key} ${value}`),
    );
    // The names of APIs may repeat, a policy's is one in its role, and an alias's one in its function.
    const refused = named.filter(
      (name) => !/^AWS::(ApiGateway::RestApi Name|IAM::Policy PolicyName|Lambda::Alias Name) /.test(name),
    );
    const forStack = / (connect-token-vending$|connect-token-vending\/|\/connect-token-vending\/)/;
    expect(refused.filter((name) => !forStack.test(name)).toSorted()).toEqual([
      // From the id of the stack's construct, which is the stack's name here.
      expect.stringMatching(/^AWS::Scheduler::ScheduleGroup Name connecttokenvending-/),
      'AWS::SecretsManager::Secret Name connect/acme',
    ]);
  });
});
