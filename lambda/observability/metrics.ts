/** CloudWatch's namespace of every metric here. */
export const metricsNamespace = 'ConnectTokenVending';

export type Metric = {
  name: string;
  value: number;
  unit: 'Count' | 'Milliseconds';
  /** A field of the line that is its dimension beside `service`. Never one whose value a caller can choose. */
  by?: 'cache' | 'reason' | 'mint';
};

/**
 * The fields that make CloudWatch read `metrics` out of the log line that they are put into. Source: CloudWatch's
 * "Specification: Embedded metric format"; its dimensions are names of fields of the same line.
 */
export function embedMetrics(metrics: readonly Metric[]): object {
  if (metrics.length === 0) return {};
  const directives = [...Map.groupBy(metrics, ({ by }) => by)].map(([by, measured]) => ({
    Namespace: metricsNamespace,
    Dimensions: [by === undefined ? ['service'] : ['service', by]],
    Metrics: measured.map(({ name, unit }) => ({ Name: name, Unit: unit })),
  }));
  const values = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  return { _aws: { Timestamp: Date.now(), CloudWatchMetrics: directives }, ...values };
}
