import { metricsNamespace } from './metrics-namespace.ts';

export type Metric = {
  name: string;
  value: number;
  unit: 'Count' | 'Milliseconds' | 'Seconds' | 'None';
  /** The field of the line that is a dimension beside `service`. Never a field whose value a caller can choose. */
  by?: 'cache' | 'reason' | 'mint' | 'client';
};

/** The value and unit of a metric that counts occurrences. */
export const once = { value: 1, unit: 'Count' } as const;

/**
 * Fields that make CloudWatch read `metrics` from the log line that contains them. A dimension is the name of a field
 * of that line. Source: CloudWatch's "Specification: Embedded metric format".
 */
export function embedMetrics(metrics: readonly Metric[]): object {
  if (metrics.length === 0) return {};
  const directives = [...Map.groupBy(metrics, ({ by }) => by)].map(([by, group]) => ({
    Namespace: metricsNamespace,
    Dimensions: dimensionSets(by),
    Metrics: group.map(({ name, unit }) => ({ Name: name, Unit: unit })),
  }));
  const values = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  return { _aws: { Timestamp: Date.now(), CloudWatchMetrics: directives }, ...values };
}

/** What is counted by client or reason is counted without it too: one alarm covers all of them. */
function dimensionSets(by: Metric['by']): string[][] {
  if (by === undefined) return [['service']];
  return by === 'client' || by === 'reason' ? [['service'], ['service', by]] : [['service', by]];
}
