import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../infra/files/problems.ts';
import { readSource } from '../../infra/files/source.ts';
import { refuseDistantTopic } from '../../infra/placement.ts';
import { compilePolicy } from '../../infra/policy/compile.ts';
import type { Settings } from '../../infra/settings.ts';
import { openSettings } from '../../infra/settings-file.ts';
import { goodPolicy, toYaml, withClient, withProber } from '../support/policies.ts';
import { template } from './synthesise.ts';

const secretArn = 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:connect/acme-AbCdEf';
const kmsKeyArn = 'arn:aws:kms:eu-west-1:444455556666:key/11112222-3333-4444-5555-666677778888';
const alarmTopicArn = 'arn:aws:sns:eu-west-1:777788889999:on-call';

/** The stack's own rules, without the one that CDK adds. */
function rules(policy: string, settings: Partial<Settings> = {}) {
  const { CheckBootstrapVersion, ...own } = template(policy, settings).toJSON()['Rules'] ?? {};
  return own as Record<string, { Assertions: Array<{ Assert: unknown; AssertDescription: string }> }>;
}

const regionRule = {
  Assert: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
  AssertDescription:
    'secretArn, kmsKeyArn and alarmTopicArn are in eu-west-1: deploy the stack there, or write ARNs of its region.',
};

describe('the template', () => {
  it('goes anywhere without ARNs in policy and settings', () => {
    expect(rules(toYaml(goodPolicy()))).toEqual({});
  });

  it("is refused in another region than that of its secrets, and another account where the key is AWS's", () => {
    expect(rules(withClient({ secretName: undefined, secretArn }))).toEqual({
      RegionOfArns: { Assertions: [regionRule] },
      AccountOfSecrets: {
        Assertions: [
          {
            Assert: { 'Fn::Equals': [{ Ref: 'AWS::AccountId' }, '444455556666'] },
            AssertDescription:
              'The secretArn of acme is in account 444455556666: deploy the stack there, or write its kmsKeyArn.',
          },
        ],
      },
    });
  });

  it('reads the secret of another account with its key', () => {
    expect(rules(withClient({ secretName: undefined, secretArn, kmsKeyArn }))).toEqual({
      RegionOfArns: { Assertions: [regionRule] },
    });
  });

  it("is refused in another account than that of the prober's role, which the stack makes", () => {
    expect(rules(withProber())).toEqual({
      AccountOfProber: {
        Assertions: [
          {
            Assert: { 'Fn::Equals': [{ Ref: 'AWS::AccountId' }, '111122223333'] },
            AssertDescription:
              "The prober's role is in account 111122223333, and the stack makes it: deploy the stack there, or write a role of its account.",
          },
        ],
      },
    });
  });

  it('notifies a topic of any account, in its own region', () => {
    expect(rules(toYaml(goodPolicy()), { alarmTopicArn })).toEqual({
      RegionOfArns: { Assertions: [regionRule] },
    });
  });
});

describe('the alarm topic', () => {
  const cdkJson = `{ "context": { "stages": { "production": {\n  "alarmTopicArn": "" } } } }`;

  function complaint(topic: string | undefined, policy: string): string | undefined {
    const settings = {
      stage: 'production',
      policy: 'p.yaml',
      ...(topic !== undefined && { alarmTopicArn: topic }),
    } as Settings;
    try {
      const file = openSettings(() => undefined, readSource(cdkJson, 'cdk.json'));
      refuseDistantTopic(settings, compilePolicy(policy, 'p.yaml'), file);
      return undefined;
    } catch (error) {
      if (error instanceof ConfigurationError) return error.message;
      throw error;
    }
  }

  const imported = withClient({ secretName: undefined, secretArn });

  it('is in the region of the secrets, where these exist already', () => {
    expect(complaint(alarmTopicArn, imported)).toBeUndefined();
    expect(complaint(undefined, imported)).toBeUndefined();
    expect(complaint(alarmTopicArn.replace('eu-west-1', 'us-east-1'), imported)).toBe(
      'cdk.json:2:20 context.stages.production.alarmTopicArn: is in another region than the secrets of p.yaml: write a topic in eu-west-1',
    );
  });

  it('is in the partition of the principals', () => {
    expect(complaint(alarmTopicArn, toYaml(goodPolicy()))).toBeUndefined();
    expect(complaint(alarmTopicArn.replace('aws', 'aws-cn'), toYaml(goodPolicy()))).toBe(
      'cdk.json:2:20 context.stages.production.alarmTopicArn: is in another partition than the principals of p.yaml: write arn:aws:…',
    );
  });
});
