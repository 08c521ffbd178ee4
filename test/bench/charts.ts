import { barChart } from './bar-chart.ts';
import { lineChart, type Series } from './line-chart.ts';
import type { Row } from './report.ts';

/** A picture of a bench's rows, for docs/charts. */
export type Chart = { file: string; title: string; svg: string };

const number = (row: Row, column: string) => Number.parseFloat(String(row[column]));

/** Mints against fleet size: the rows of one token, with no `min_ttl`. */
export function mintsChart(rows: readonly Row[]): Chart {
  const title = 'Mints of one token in ninety days, by fleet size';
  const fleets = rows
    .filter((row) => row['tokens'] === 1 && row['`min_ttl` in hours'] === 0)
    .toSorted((one, other) => number(one, 'instances') - number(other, 'instances'));
  const series = (name: string, mintsOf: (row: Row) => number): Series => ({
    name,
    points: fleets.map((row) => [number(row, 'instances'), mintsOf(row)]),
  });
  const least = (row: Row) => number(row, 'theoretical minimum');
  const svg = lineChart({
    title,
    x: { title: 'instances', ticks: [1, 10, 100, 1_000], isLogarithmic: true },
    y: { title: 'mints', ticks: [10, 100, 1_000, 10_000, 100_000, 1_000_000], isLogarithmic: true },
    series: [
      series('this service', (row) => number(row, 'mints')),
      series('one cache an instance', (row) => number(row, 'one cache an instance ÷ minimum') * least(row)),
      series('theoretical minimum', least),
    ],
  });
  return { file: 'mints.svg', title, svg };
}

/** A warm vend by its parts, each against the constant handler. */
export function warmVendChart(rows: readonly Row[]): Chart {
  const title = 'CPU of a warm vend by part; a handler that answers a constant = 1';
  const column = Object.keys(rows[0] ?? {})[1] ?? '';
  const bars = rows
    .filter(({ what }) => /^of it: |^\*\*/.test(String(what)))
    .map((row) => ({
      name: String(row['what']).replace(/^of it: |\*\*/g, ''),
      value: number(row, column),
    }));
  return { file: 'warm-vend.svg', title, svg: barChart({ title, bars }) };
}

/** The share of vends that are served while Connect is down. */
export function rideThroughChart(rows: readonly Row[]): Chart {
  const title = 'Vends served while Connect is down, by the length of the outage';
  const series = (name: string, column: string): Series => ({
    name,
    points: rows.map((row) => [number(row, 'minutes down') / 60, number(row, column)]),
  });
  const svg = lineChart({
    title,
    x: { title: 'hours down', ticks: [0, 1, 2, 3, 4, 5, 6], unit: ' h' },
    y: { title: 'served', ticks: [80, 85, 90, 95, 100], unit: ' %' },
    series: [
      series('this service', 'share served'),
      series('a cache that renews at the end', 'share served by a cache that renews at the end'),
    ],
  });
  return { file: 'ride-through.svg', title, svg };
}
