import { cpus } from 'node:os';

/** One line of a bench's table: what, and how much. */
export type Row = Record<string, string | number>;

export type Section = {
  title: string;
  words: string;
  rows: Row[];
  chart: { file: string; title: string } | undefined;
};

/** For the terminal and docs/benchmarks.md alike. */
export function markdown({ title, words, rows, chart }: Section): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const line = (cells: ReadonlyArray<string | number>) => `| ${cells.join(' | ')} |`;
  const table = [
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map((column) => row[column] ?? ''))),
  ];
  const picture = chart === undefined ? [] : [`![${chart.title}](charts/${chart.file})`, ''];
  return [`## ${title}`, '', words, '', ...picture, ...table, ''].join('\n');
}

export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim()}, Node ${process.version}`;
}
