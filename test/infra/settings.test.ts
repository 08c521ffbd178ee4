import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../infra/files/problems.ts';
import { readSource } from '../../infra/files/source.ts';
import { readPolicy } from '../../infra/policy/compile.ts';
import { readSettings } from '../../infra/settings.ts';
import { openSettings } from '../../infra/settings-file.ts';

const good = {
  stackName: 'vending',
  policy: 'p.yaml',
  throttling: { requestsPerSecond: 10, burst: 20 },
  memoryMegabytes: 512,
  logRetentionDays: 30,
  refreshMinutes: 5,
  secretAgeAlarmDays: 90,
  apiGatewayAccountRole: false,
};

function read(change: Record<string, unknown> = {}, context: Record<string, unknown> = {}) {
  const given: Record<string, unknown> = {
    stage: 'a',
    stages: { a: { ...good, ...change } },
    ...context,
  };
  const get = (key: string) => given[key];
  return readSettings(get, openSettings(get));
}

describe('settings', () => {
  it('are those of the stage', () => {
    const alarmTopicArn = 'arn:aws:sns:us-east-1:111122223333:on-call';
    expect(read({ alarmTopicArn })).toEqual({
      ...good,
      alarmTopicArn,
      terminationProtection: false,
      stage: 'a',
    });
  });

  it('refresh every 15 minutes unless they say otherwise', () => {
    expect(read({ refreshMinutes: undefined }).refreshMinutes).toBe(15);
  });

  it('take a client secret for old after 150 days unless they say otherwise', () => {
    expect(read({ secretAgeAlarmDays: undefined }).secretAgeAlarmDays).toBe(150);
    expect(read({ secretAgeAlarmDays: 3650 }).secretAgeAlarmDays).toBe(3650);
  });

  it('protect a stage called production from deletion unless they say otherwise', () => {
    const production = (change: object) => ({
      stage: 'production',
      stages: { production: { ...good, ...change } },
    });
    expect(read({}, production({})).terminationProtection).toBe(true);
    expect(read({}, production({ terminationProtection: false })).terminationProtection).toBe(false);
    expect(read({ terminationProtection: true }).terminationProtection).toBe(true);
  });

  it('are right in cdk.json, for every stage', () => {
    const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));
    const stages = Object.keys(context.stages);
    expect(context.stage).toBeUndefined();
    const read = (stage: string) => {
      const get = (key: string) => ({ ...context, stage })[key];
      return readSettings(get, openSettings(get));
    };
    expect(new Set(stages.map((stage) => read(stage).stackName)).size).toBe(stages.length);
    const policies = stages.map((stage) => readPolicy(read(stage).policy));
    const secrets = policies.flatMap((policy) => policy.secrets);
    expect(new Set(secrets.map((secret) => ('name' in secret ? secret.name : ''))).size).toBe(stages.length);
  });

  it.each([
    [
      { stackName: 'a b' },
      'stackName: write a name of up to 64 letters, digits and -, starting with a letter',
    ],
    [{ logKeyArn: 'alias/logs' }, 'logKeyArn: write the ARN of a KMS key'],
    [{ tracing: 'on' }, 'tracing: write true or false'],
    [{ terminationProtection: 'yes' }, 'terminationProtection: write true or false'],
    [{ stackName: undefined }, 'stackName: write a name such as connect-token-vending'],
    [{ secretAgeAlarmDays: 0 }, 'secretAgeAlarmDays: write a whole number, 1 to 3650'],
    [{ secretAgeAlarmDays: 3651 }, 'secretAgeAlarmDays: write a whole number, 1 to 3650'],
    [{ secretAgeAlarmDays: 1.5 }, 'secretAgeAlarmDays: write a whole number, 1 to 3650'],
    [{ throttling: undefined }, 'throttling: write { "requestsPerSecond": 100, "burst": 200 }'],
    [
      { throttling: { requestsPerSecond: 0, burst: 1 } },
      'throttling.requestsPerSecond: write a whole number, 1 to 10000',
    ],
    [
      { throttling: { requestsPerSecond: 1.5, burst: 1 } },
      'throttling.requestsPerSecond: write a whole number, 1 to 10000',
    ],
    [
      { throttling: { requestsPerSecond: 1, burst: '1' } },
      'throttling.burst: write a whole number, 1 to 5000',
    ],
    [{ memoryMegabytes: 256 }, 'memoryMegabytes: write a whole number, 512 to 10240'],
    [{ logRetentionDays: 31 }, /logRetentionDays: write one of 1, 3, 5, 7, 14, 30, .*3653$/],
    [{ refreshMinutes: 16 }, 'refreshMinutes: write a whole number, 1 to 15'],
    [{ refreshMinutes: 0 }, 'refreshMinutes: write a whole number, 1 to 15'],
    [{ refreshMinutes: 2.5 }, 'refreshMinutes: write a whole number, 1 to 15'],
    [{ policy: undefined }, 'policy: write the path of the policy file'],
    [{ reservedConcurrency: 0 }, 'reservedConcurrency: write a whole number, 1 to 10000'],
    [{ apiGatewayAccountRole: 'yes' }, 'apiGatewayAccountRole: write true or false'],
    [{ alarmTopicArn: 'on-call' }, 'alarmTopicArn: write the ARN of an SNS topic'],
    [{ stackName: 'aws-tokens' }, 'stackName: AWS keeps names that begin with aws or ssm: write another'],
    [{ stackName: 'SSM' }, 'stackName: AWS keeps names that begin with aws or ssm: write another'],
    [{ disableExecuteApiEndpoint: 'no' }, 'disableExecuteApiEndpoint: write true or false'],
    [{ endpointAccessMode: 'strict' }, 'endpointAccessMode: write STRICT or BASIC'],
    [{ colour: 'red' }, /colour: no such key: remove it, or write one of stackName, policy, throttling/],
  ] as const)('are refused: %j', (change, complaint) => {
    expect(() => read(change)).toThrow(ConfigurationError);
    expect(() => read(change)).toThrow(complaint);
    expect(() => read(change)).toThrow(/^cdk\.json context\.stages\.a\.[^\n]*$/);
  });

  it('are refused with all that is wrong', () => {
    expect(() => read({ memoryMegabytes: 1, colour: 'red' })).toThrow(/memoryMegabytes.*\n.*colour/);
  });

  it('give no two stages the same stack', () => {
    const twins = { a: { stackName: 'one' }, b: { stackName: 'one' } };
    expect(() => read({}, { stages: twins })).toThrow(
      'stages.a.stackName: the stage b has the same name: write another',
    );
  });

  it("set the account's role in one stage alone", () => {
    const both = { a: { ...good, apiGatewayAccountRole: true }, b: { apiGatewayAccountRole: true } };
    expect(() => read({}, { stages: both })).toThrow(
      'stages.a.apiGatewayAccountRole: the stage b sets the role too, and an account has one in each region: write false in one of the two',
    );
    const neither = { a: good, b: { apiGatewayAccountRole: false } };
    expect(read({}, { stages: neither }).apiGatewayAccountRole).toBe(false);
    const other = { a: good, b: { apiGatewayAccountRole: true }, c: { apiGatewayAccountRole: true } };
    expect(read({}, { stages: other }).apiGatewayAccountRole).toBe(false);
  });

  it('take another policy from the command line', () => {
    expect(read({}, { policy: 'mine.yaml' }).policy).toBe('mine.yaml');
    expect(read({ policy: undefined }, { policy: 'mine.yaml' }).policy).toBe('mine.yaml');
    expect(() => read({}, { policy: '' })).toThrow('stages.a.policy: write the path of the policy file');
  });

  it('need a stage that there is', () => {
    expect(() => read({}, { stages: { a: 'production' }, policy: 'mine.yaml' })).toThrow(ConfigurationError);
    expect(() => read({}, { stage: 'b' })).toThrow(/^-c stage=b: write -c stage=a$/);
    expect(() => read({}, { stage: undefined })).toThrow(/^no stage is named: write -c stage=a$/);
    expect(() => read({}, { stage: 'constructor' })).toThrow('write -c stage=a');
    expect(() => read({}, { stages: undefined })).toThrow('cdk.json context.stages has none yet');
    expect(() => read({}, { stages: { a: good, 'b c': good } })).toThrow(
      'stages.b c: name a stage with up to 128 letters, digits, - and _, starting with a letter',
    );
    expect(read({}, { stage: 'pre-production', stages: { 'pre-production': good } }).stage).toBe(
      'pre-production',
    );
  });
});

describe('a mistake in cdk.json', () => {
  const cdkJson = readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8');

  /** As the CDK's command line passes the file's context on, with `-c` over it. */
  function complaint(text: string, options: Record<string, unknown> = {}): string {
    const { context } = JSON.parse(text);
    const file = readSource(text, 'cdk.json');
    try {
      const get = (key: string) => ({ ...context, stage: 'production', ...options })[key];
      readSettings(get, openSettings(get, file));
    } catch (error) {
      if (error instanceof ConfigurationError) return error.message;
      throw error;
    }
    throw new Error(`this was taken for good settings:\n${text}`);
  }

  it.each([
    [
      'a misspelt setting',
      cdkJson.replace('"memoryMegabytes"', '"memoryMegaBytes"'),
      'cdk.json:10:9 context.stages.production.memoryMegaBytes: no such key: write memoryMegabytes',
    ],
    [
      'a value out of range',
      cdkJson.replace('512', '64'),
      'cdk.json:10:28 context.stages.production.memoryMegabytes: write a whole number, 512 to 10240',
    ],
    [
      'a missing setting',
      cdkJson.replace('"stackName": "connect-token-vending",', ''),
      'cdk.json:6:7 context.stages.production.stackName: write a name such as connect-token-vending',
    ],
    [
      'a stage of null',
      cdkJson.replace(/"production": \{[^}]*\}[^}]*\}/, '"production": null'),
      'cdk.json:6:7 context.stages.production: write its settings: stackName, policy, throttling, memoryMegabytes, logRetentionDays and apiGatewayAccountRole',
    ],
    [
      'stages in a list',
      cdkJson.replace(/"stages": .*/s, '"stages": []}}'),
      'cdk.json:5:5 context.stages: write the stages, each with its settings',
    ],
    [
      'a stage that no URL can have',
      cdkJson.replace('"development"', '"de v"'),
      'cdk.json:16:7 context.stages.de v: name a stage with up to 128 letters, digits, - and _, starting with a letter',
    ],
    [
      'an account role in two stages',
      cdkJson.replaceAll('"apiGatewayAccountRole": false', '"apiGatewayAccountRole": true'),
      'cdk.json:13:34 context.stages.production.apiGatewayAccountRole: the stage development sets the role too, and an account has one in each region: write false in one of the two',
    ],
  ])('has one line with its place: %s', (_what, text, expected) => {
    expect(complaint(text)).toBe(expected);
  });

  it('is told from a mistake on the command line', () => {
    expect(complaint(cdkJson, { stage: 'prod' })).toBe(
      '-c stage=prod: write -c stage=production or -c stage=development',
    );
  });
});
