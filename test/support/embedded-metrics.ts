export type Measured = { name: string; value: number; unit: string; dimensions: Record<string, string> };

type Directive = {
  Namespace: string;
  Dimensions: string[][];
  Metrics: Array<{ Name: string; Unit: string }>;
};

const units = ['Count', 'Milliseconds', 'Seconds', 'Bytes', 'None'];

/**
 * The metrics that CloudWatch would read out of log lines in its embedded metric format. Throws where CloudWatch would
 * silently leave one out. Source: "Specification: Embedded metric format" of the CloudWatch user guide.
 */
export function readEmbeddedMetrics(lines: readonly string[]): Measured[] {
  return lines
    .filter((line) => line.includes('"_aws"'))
    .flatMap((line) => measuredBy(JSON.parse(line) as Record<string, unknown>));
}

function measuredBy(root: Record<string, unknown>): Measured[] {
  const { Timestamp, CloudWatchMetrics } = root['_aws'] as {
    Timestamp: number;
    CloudWatchMetrics: Directive[];
  };
  const age = Date.now() - Timestamp;
  if (!Number.isInteger(Timestamp) || age > 14 * 86_400_000 || age < -2 * 3_600_000)
    throw new Error('_aws.Timestamp is no time in milliseconds that CloudWatch takes');
  return CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) => {
    if (!/^[\w./#:-]{1,255}$/.test(Namespace)) throw new Error('Namespace');
    if (Metrics.length < 1 || Metrics.length > 100) throw new Error('A directive has 1 to 100 metrics');
    return Dimensions.flatMap((names) => {
      if (names.length > 30) throw new Error('A dimension set has 30 names at most');
      const dimensions = Object.fromEntries(names.map((name) => [name, dimensionIn(root, name)]));
      return Metrics.map(({ Name, Unit }) => ({
        name: Name,
        value: valueIn(root, Name),
        unit: unitOf(Unit),
        dimensions,
      }));
    });
  });
}

function dimensionIn(root: Record<string, unknown>, name: string): string {
  const value = root[name];
  if (typeof value === 'string' && value.length >= 1 && value.length <= 1024) return value;
  throw new Error(`The dimension ${name} is no field of the line with 1 to 1024 characters`);
}

function valueIn(root: Record<string, unknown>, name: string): number {
  const value = root[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Error(`The metric ${name} is no number in the line`);
}

function unitOf(unit: string): string {
  if (units.includes(unit)) return unit;
  throw new Error(`${unit} is no unit of CloudWatch's`);
}
