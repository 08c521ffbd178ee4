import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  PeriodOverride,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { byDimension, ours } from './service-metrics.ts';

export type ServiceDashboardProps = {
  /** The dimension `service` of the functions' metrics. */
  serviceName: string;
  api: RestApi;
  vend: IFunction;
  refresh: IFunction;
  /** How many tokens the refresh function keeps fresh. */
  keptWarm: number;
  hasProber: boolean;
};

const period = Duration.minutes(5);
/** A token of 24 hours is renewed from two hours before its end. */
const mintsPerTokenAndDay = 24 / 22;

/** What the service does and how it fares, on one page; one row for each question. */
export class ServiceDashboard extends Construct {
  constructor(scope: Construct, id: string, props: ServiceDashboardProps) {
    super(scope, id);
    new Dashboard(this, 'Dashboard', {
      dashboardName: props.serviceName,
      defaultInterval: Duration.days(1),
      periodOverride: PeriodOverride.INHERIT,
      widgets: [
        [heading('What callers get')],
        callerWidgets(props),
        [heading('API Gateway and the functions')],
        awsWidgets(props),
        [heading('Connect and the token table')],
        upstreamWidgets(props),
        [heading('What is kept warm, and the secrets')],
        upkeepWidgets(props),
        ...(props.hasProber ? [[heading('The prober')], probeWidgets(props)] : []),
      ],
    });
  }
}

function heading(text: string): IWidget {
  return new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 });
}

function graph(
  title: string,
  left: IMetric[],
  more: { label?: string; value?: number; width?: number } = {},
): IWidget {
  const { label = 'Count', value, width = 8 } = more;
  return new GraphWidget({
    title,
    left,
    width,
    height: 6,
    leftYAxis: { min: 0, label, showUnits: false },
    ...(value !== undefined && { leftAnnotations: [{ value, label: 'expected' }] }),
  });
}

function callerWidgets({ serviceName }: ServiceDashboardProps): IWidget[] {
  return [
    graph('Vends by cache status', [byDimension(serviceName, 'Vends', 'cache')]),
    graph('Denials by reason', [byDimension(serviceName, 'Denials', 'reason')]),
    graph('Failures by reason', [byDimension(serviceName, 'Failures', 'reason')]),
  ];
}

function awsWidgets({ api, vend, refresh }: ServiceDashboardProps): IWidget[] {
  const { deploymentStage: stage } = api;
  const sum = { statistic: Stats.SUM, period };
  return [
    graph('Requests', [
      stage.metricCount({ ...sum, label: 'all' }),
      stage.metricClientError({ ...sum, label: '4xx, throttled ones too' }),
      stage.metricServerError({ ...sum, label: '5xx' }),
    ]),
    graph(
      'Latency',
      ['p50', 'p99'].map((statistic) => stage.metricLatency({ statistic, period, label: statistic })),
      { label: 'Milliseconds' },
    ),
    graph('Functions', [
      vend.metricErrors({ ...sum, label: 'vend: errors' }),
      vend.metricThrottles({ ...sum, label: 'vend: throttles' }),
      vend.metric('ConcurrentExecutions', {
        statistic: Stats.MAXIMUM,
        period,
        label: 'vend: instances at once',
      }),
      refresh.metricErrors({ ...sum, label: 'refresh: errors' }),
    ]),
  ];
}

function upstreamWidgets({ serviceName, keptWarm }: ServiceDashboardProps): IWidget[] {
  const day = Duration.days(1);
  return [
    graph('Mints a day', [ours(serviceName, 'Mints', { statistic: Stats.SUM, period: day })], {
      value: Math.ceil(keptWarm * mintsPerTokenAndDay),
    }),
    graph(
      "Connect's answers",
      ['p50', 'p99'].map((statistic) =>
        ours(serviceName, 'UpstreamLatency', { statistic, label: statistic }),
      ),
      { label: 'Milliseconds' },
    ),
    graph('Faults', [
      byDimension(serviceName, 'MintFailures', 'mint'),
      ours(serviceName, 'TableFaults', { label: 'token table' }),
      ours(serviceName, 'CredentialsRefused', { label: 'credentials refused' }),
    ]),
  ];
}

function upkeepWidgets({ serviceName, refresh }: ServiceDashboardProps): IWidget[] {
  return [
    graph(
      'Shortest life of a kept-warm token',
      [ours(serviceName, 'KeptWarmSeconds', { statistic: Stats.MINIMUM })],
      { label: 'Seconds' },
    ),
    graph('Runs of the refresh function', [
      refresh.metricInvocations({ statistic: Stats.SUM, period, label: 'runs' }),
      ours(serviceName, 'RefreshFailures', { label: 'tokens that were not renewed' }),
    ]),
    graph(
      'Age of each client secret',
      [
        byDimension(serviceName, 'SecretAgeDays', 'client', {
          statistic: 'Maximum',
          period: Duration.days(1),
        }),
      ],
      { label: 'Days' },
    ),
  ];
}

function probeWidgets({ serviceName }: ServiceDashboardProps): IWidget[] {
  const least = { statistic: Stats.MINIMUM };
  return [
    graph(
      'What the prober met: 1 is right, 0 is wrong',
      [
        ours(serviceName, 'ProbeVendRight', { ...least, label: 'was vended a token' }),
        ours(serviceName, 'ProbeRefusalRight', { ...least, label: 'was refused a scope' }),
      ],
      { width: 24 },
    ),
  ];
}
