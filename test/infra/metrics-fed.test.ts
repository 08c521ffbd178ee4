import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metricsNamespace } from '../../lambda/observability/metrics-namespace.ts';
import { answers } from '../support/upstream-faults.ts';
import { createWorld, type World } from '../support/world.ts';
import { widgetsOf } from './dashboard-picture.ts';
import { all, type Properties } from './resources.ts';
import { template } from './synthesise.ts';

const policy = readFileSync(new URL('../local/cli/policy.yaml', import.meta.url), 'utf8');
const onlyApplications = policy.replaceAll(
  / {2}- id: (?:order-history|storefront|linking)\n(?: {4}.*\n)+/g,
  '',
);
const stack = template(onlyApplications);

/** What AWS emits by itself, and the page that says so. */
const ofAws: Record<string, string> = {
  'AWS/ApiGateway 4XXError': 'Amazon API Gateway, "Amazon API Gateway dimensions and metrics"',
  'AWS/ApiGateway 5XXError': 'Amazon API Gateway, "Amazon API Gateway dimensions and metrics"',
  'AWS/ApiGateway Count': 'Amazon API Gateway, "Amazon API Gateway dimensions and metrics"',
  'AWS/ApiGateway Latency': 'Amazon API Gateway, "Amazon API Gateway dimensions and metrics"',
  'AWS/Lambda ConcurrentExecutions': 'AWS Lambda, "Types of metrics for Lambda functions"',
  'AWS/Lambda Errors': 'AWS Lambda, "Types of metrics for Lambda functions"',
  'AWS/Lambda Invocations': 'AWS Lambda, "Types of metrics for Lambda functions"',
  'AWS/Lambda Throttles': 'AWS Lambda, "Types of metrics for Lambda functions"',
  'AWS/SQS ApproximateNumberOfMessagesVisible': 'Amazon SQS, "Available CloudWatch metrics for Amazon SQS"',
  'AWS/Scheduler InvocationDroppedCount':
    'Amazon EventBridge Scheduler, "Monitoring EventBridge Scheduler with Amazon CloudWatch"',
  'AWS/Scheduler InvocationsFailedToBeSentToDeadLetterCount':
    'Amazon EventBridge Scheduler, "Monitoring EventBridge Scheduler with Amazon CloudWatch"',
};

/** Names of metrics, with their dimensions where they are ours. */
function usedByAlarms(): Map<string, string[]> {
  const used = new Map<string, string[]>();
  const use = (metric: string, by: string) => used.set(metric, [...(used.get(metric) ?? []), by]);
  for (const [id, { Properties }] of Object.entries(stack.findResources('AWS::CloudWatch::Alarm'))) {
    const name = `alarm ${id.replace(/^Alarms(\w+)\w{8}$/, '$1')}`;
    const parts: Properties[] = Properties.Metrics?.flatMap(
      ({ MetricStat }: Properties) => MetricStat?.Metric ?? [],
    );
    for (const one of parts ?? [Properties])
      use(nameOf(one['Namespace'], one['MetricName'], dimensionsOf(one)), name);
  }
  return used;
}

function dimensionsOf({ Dimensions }: Properties): string[] {
  return Dimensions.map(({ Name }: { Name: string }) => Name);
}

function nameOf(namespace: string, metric: string, dimensions: readonly string[]): string {
  return namespace === metricsNamespace ? `${metric} (${dimensions.join(', ')})` : `${namespace} ${metric}`;
}

function usedByWidgets(): Map<string, string[]> {
  const used = new Map<string, string[]>();
  for (const { properties } of widgetsOf(stack)) {
    for (const [first = '', name = '', ...rest] of properties.metrics ?? []) {
      const metric =
        typeof first === 'object'
          ? searched(first.expression ?? '')
          : named(String(first), String(name), rest);
      used.set(metric, [...(used.get(metric) ?? []), `widget ${properties.title}`]);
    }
  }
  return used;
}

function searched(expression: string): string {
  const [, dimensions = '', metric = ''] = /\{\w+,([\w,]+)\} MetricName="(\w+)"/.exec(expression) ?? [];
  return nameOf(metricsNamespace, metric, dimensions.split(','));
}

function named(namespace: string, metric: string, rest: ReadonlyArray<string | object>): string {
  const names = rest.filter((part, index) => typeof part === 'string' && index % 2 === 0);
  return nameOf(namespace, metric, names as string[]);
}

describe('every alarm and every graph', () => {
  let world: World;
  const emitted = new Set<string>();

  beforeAll(async () => {
    world = await createWorld('bundle', { withProber: true });
    await world.refresh();
    await world.probe();
    await world.ask('checkout', {});
    await world.ask('checkout', { scope: 'connect:ian' });
    world.connect.always(answers(401, { error: 'invalid_client' }));
    await world.ask('backOffice', { client_id: 'beta', scope: 'connect:ian' });
    world.connect.always();
    world.acme.withheld = ['connect:ian'];
    world.dynamodb.always({ kind: 'reset' });
    await world.refresh();
  }, 60_000);
  afterAll(() => world.close());

  it('is fed: by a line that the functions really write, or by AWS under a documented name', async () => {
    await expect.poll(() => world.metrics().map(({ name }) => name)).toContain('RefreshFailures');
    for (const { name, dimensions } of world.metrics())
      emitted.add(`${name} (${Object.keys(dimensions).join(', ')})`);
    const used = [...usedByAlarms(), ...usedByWidgets()];
    const list = used.map(([metric, by]) => {
      const source = ofAws[metric] ?? (emitted.has(metric) ? 'a line of the functions' : 'NOTHING');
      return `${by.join(', ')}: ${metric}, from ${source}`;
    });
    console.log(list.sort().join('\n'));
    expect(list.filter((line) => line.endsWith('NOTHING'))).toEqual([]);
    expect(all(stack, 'AWS::CloudWatch::Alarm').length).toBeGreaterThanOrEqual(15);
    expect(used.length).toBeGreaterThan(25);
  });
});
