import type { Metric } from './metrics.ts';

const dayMs = 86_400_000;

/** The age of a client's secret as the lines and the metric have it: in whole days. */
export function secretAgeDays(ageMs: number | undefined): number | undefined {
  return ageMs === undefined ? undefined : Math.floor(ageMs / dayMs);
}

export function secretAgeMetrics(ageMs: number | undefined): Metric[] {
  const value = secretAgeDays(ageMs);
  return value === undefined ? [] : [{ name: 'SecretAgeDays', value, unit: 'None', by: 'client' }];
}
