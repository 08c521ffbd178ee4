import type { Template } from 'aws-cdk-lib/assertions';
import type { Measured } from '../support/embedded-metrics.ts';
import { all, type Properties } from './resources.ts';

type Line = Record<string, unknown>;

/**
 * What CloudWatch would count in these lines by the metric filters of a stack. Throws for a pattern of another form than
 * `{ ($.field = 7) && ($.field = "*") }`. Source: "Filter pattern syntax for metric filters".
 */
export function countedByFilters(stack: Template, lines: readonly string[]): Measured[] {
  const fields = lines.map((line) => JSON.parse(line) as Line);
  return all(stack, 'AWS::Logs::MetricFilter').flatMap((filter) =>
    fields.filter((line) => matches(line, filter['FilterPattern'])).flatMap((line) => measured(line, filter)),
  );
}

function matches(line: Line, pattern: string): boolean {
  const [, conditions = ''] = /^\{ (.*) \}$/.exec(pattern) ?? [];
  return conditions.split(' && ').every((condition) => {
    const [, field, number, text] = /^\(\$\.(\w+) = (?:(\d+)|"([^"]+)")\)$/.exec(condition) ?? [];
    if (field === undefined) throw new Error(`The test cannot read the condition ${condition}`);
    if (number !== undefined) return line[field] === Number(number);
    return text === '*' ? typeof line[field] === 'string' : line[field] === text;
  });
}

function measured(line: Line, { MetricTransformations, FilterPattern }: Properties): Measured[] {
  return MetricTransformations.map(({ MetricName, MetricValue, Unit, Dimensions }: Properties) => ({
    name: MetricName,
    value: Number(MetricValue),
    unit: Unit,
    dimensions: Object.fromEntries(
      Dimensions.map(({ Key, Value }: { Key: string; Value: string }) => {
        if (!FilterPattern.includes(`(${Value} =`)) throw new Error(`${Value} is not in the pattern`);
        return [Key, line[Value.slice('$.'.length)]];
      }),
    ),
  }));
}
