import { cpus } from 'node:os';

/** One line of a bench's table: what, and how much. */
export type Row = Record<string, string | number>;

export type Section = { title: string; words: string; rows: Row[] };

/** For the terminal and docs/benchmarks.md alike. */
export function markdown({ title, words, rows }: Section): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const line = (cells: ReadonlyArray<string | number>) => `| ${cells.join(' | ')} |`;
  const table = [
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map((column) => row[column] ?? ''))),
  ];
  return [`## ${title}`, '', words, '', ...table, ''].join('\n');
}

export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim()}, Node ${process.version}`;
}
