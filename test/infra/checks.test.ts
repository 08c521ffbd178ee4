import { CfnStage } from 'aws-cdk-lib/aws-apigateway';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { goodPolicy, toYaml, withKeepWarm } from '../support/policies.ts';
import { addresses } from './addresses.ts';
import { createStack } from './synthesise.ts';

// CDK's own rules, which the other tests do without.
delete process.env['CDK_VALIDATION'];

const good = toYaml(goodPolicy());
const keepingWarm = withKeepWarm({ client: 'acme', scopes: ['connect:fulfillment'] });

describe("cdk-nag's AwsSolutions rules and CDK's own", () => {
  it('pass, whatever the settings and the policy', () => {
    expect(() => createStack(good).app.synth()).not.toThrow();
    expect(() => createStack(keepingWarm).app.synth()).not.toThrow();
    expect(() => createStack(good, { apiGatewayAccountRole: true }).app.synth()).not.toThrow();
  });

  it.each(Object.entries(addresses))('pass for every address: %s', (_what, settings) => {
    expect(() => createStack(good, settings).app.synth()).not.toThrow();
  });

  it('fail the synth with an error of CDK’s own', () => {
    const { app, stack } = createStack(good);
    new CfnQueue(stack, 'Queue', { messageRetentionPeriod: 1_209_601 });
    expect(() => app.synth()).toThrow(/1209601/);
  });

  it('fail the synth with an error', () => {
    const { app, stack } = createStack(good);
    new Bucket(stack, 'Bucket');
    expect(() => app.synth()).toThrow(/ERROR The S3 Bucket has server access logs disabled/);
  });

  it('fail the synth with a warning', () => {
    const { app, stack } = createStack(good);
    new CfnStage(stack, 'Unguarded', {
      restApiId: 'a',
      accessLogSetting: { destinationArn: 'arn:aws:logs:us-east-1:111122223333:log-group:a', format: '{}' },
      methodSettings: [{ httpMethod: '*', resourcePath: '/*', loggingLevel: 'ERROR' }],
    });
    expect(() => app.synth()).toThrow(/WARNING The REST API stage is not associated with AWS WAFv2/);
  });
});

describe('a policy with more principals than a resource policy can hold', () => {
  it('passes, with a warning that the API allows whole accounts', () => {
    const role = 'arn:aws:iam::111122223333:role';
    const principals = Array.from({ length: 200 }, (_, index) => `${role}/caller-${index}`);
    const { app, stack } = createStack(
      toYaml({ ...goodPolicy(), grants: [{ ...goodPolicy().grants[0], principals }] }),
    );
    const metadata = stack.node.findAll().flatMap(({ node }) => node.metadata);
    const warnings = metadata.flatMap(({ type, data }) => (type === 'aws:cdk:warning' ? [String(data)] : []));
    expect(warnings).toEqual([
      expect.stringContaining(
        'The API allows every principal of their accounts, and only the function decides',
      ),
    ]);
    expect(() => app.synth()).not.toThrow();
  });
});
