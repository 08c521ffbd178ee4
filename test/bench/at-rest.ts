import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type CompiledPolicy, compilePolicy } from '../../infra/policy/compile.ts';
import { VendingStack } from '../../infra/stack.ts';
import { pointAtLocalConnect } from '../local/cli/local-connect.ts';
import { startStack } from '../local/instance/system.ts';
import { readEmbeddedMetrics } from '../support/embedded-metrics.ts';
import { gigabytesLogged } from './logged-bytes.ts';
import { monthly, prices } from './prices.ts';
import type { Row } from './report.ts';

const example = new URL('../../infra/policy.yaml', import.meta.url);
const proberRole = 'arn:aws:iam::111122223333:role/connect-token-vending-prober';
const minutesAMonth = 30.4 * 24 * 60;

/**
 * How many metrics the functions emit although nobody calls, one for each set of dimensions: what two runs of the refresh
 * function and of the prober leave in the log, before emulators.
 */
async function metricsAtRest(policy: CompiledPolicy): Promise<number> {
  const secrets = Object.fromEntries(
    policy.policy.clients.map(({ secretId }) => [
      secretId,
      { client_id: 'bench-id', client_secret: 'bench-secret' },
    ]),
  );
  const { compiled, connect } = await pointAtLocalConnect(policy, secrets);
  const stack = await startStack({
    policy: compiled,
    callers: [],
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, pair]) => [name, JSON.stringify(pair)])),
  });
  for (const run of [stack.refresh, stack.probe, stack.refresh, stack.probe]) await run();
  // Lines arrive from threads of their own.
  await sleep(500);
  await Promise.all([stack.close(), connect?.close()]);
  const metrics = readEmbeddedMetrics(stack.lines);
  return new Set(metrics.map(({ name, dimensions }) => JSON.stringify([name, dimensions]))).size;
}

/** What the stack of the example policy costs a month while nobody calls, without and with a prober. */
export async function costAtRest(): Promise<Row[]> {
  const policy = readFileSync(example, 'utf8');
  return [
    await row('without a prober', policy, false),
    await row('with a prober', `${policy}\nprober: { role: '${proberRole}' }\n`, true),
  ];
}

async function row(stack: string, text: string, hasProber: boolean): Promise<Row> {
  const policy = compilePolicy(text, 'policy.yaml');
  const template = Template.fromStack(new VendingStack(new App(), 'Bench', { policy }));
  const count = (type: string) => Object.keys(template.findResources(type)).length;
  const clients = policy.policy.clients.length;
  const amounts = {
    keys: count('AWS::KMS::Key'),
    secrets: count('AWS::SecretsManager::Secret'),
    alarms: count('AWS::CloudWatch::Alarm'),
    'metrics of alarms': alarmMetrics(template),
    dashboards: count('AWS::CloudWatch::Dashboard'),
    metrics: await metricsAtRest(policy),
  };
  const perMonth =
    amounts.keys * monthly.key +
    amounts.secrets * monthly.secret +
    amounts['metrics of alarms'] * monthly.alarm +
    amounts.metrics * monthly.metric;
  const calls = callsAtRest(clients, policy.policy.keepWarm.length, hasProber, await gigabytesLogged());
  return {
    stack,
    ...amounts,
    '$ for these but the dashboard': perMonth.toFixed(2),
    '$ for the dashboard': (amounts.dashboards * monthly.dashboard).toFixed(2),
    '$ for runs and probes': calls.toFixed(2),
    '$ a month': (perMonth + amounts.dashboards * monthly.dashboard + calls).toFixed(2),
  };
}

/** An alarm of an expression is paid for each metric in it. */
function alarmMetrics(template: Template): number {
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  const metrics = alarms.map(
    ({ Properties }) => Properties.Metrics?.filter((one: object) => 'MetricStat' in one) ?? [0],
  );
  return metrics.flat().length;
}

/** The refresh function's runs, every 15 minutes, and the prober's, every five, which sends two requests of `logged` GB each. */
function callsAtRest(clients: number, keptWarm: number, hasProber: boolean, logged: number): number {
  const runs = minutesAMonth / 15;
  const run = prices.lambdaRequest + 0.5 * 0.2 * prices.lambdaDuration;
  const refresh = runs * (run + clients * prices.secretRead + keptWarm * prices.tableRead);
  if (!hasProber) return refresh;
  const vend =
    prices.apiRequest + prices.lambdaRequest + 0.5 * 0.01 * prices.lambdaDuration + prices.tableRead;
  return refresh + (minutesAMonth / 5) * (run + 2 * (vend + logged * prices.logIngestion));
}
