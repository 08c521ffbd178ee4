import { principalInWords } from '../../grants/principal-arns.ts';
import type { Row } from '../../grants/rows.ts';
import { rowConditions, scopeInWords, shortGrantType } from '../../grants/words.ts';

const header = ['PRINCIPAL', 'CLIENT', 'GRANT TYPE', 'SCOPE', 'CONDITIONS', 'GRANTS'];

/** Narrower terminals get a list, and so does a table that does not fit. */
const narrowestTable = 100;

/** For people: a table where it fits, else a list. */
export function matrixText(rows: readonly Row[], columns: number): string[] {
  if (rows.length === 0) return ['Nobody is granted anything like that.'];
  const table = alignColumns([header, ...rows.map(cellsOf)]);
  const width = Math.max(...table.map((line) => line.length));
  return columns >= narrowestTable && width <= columns ? table : rows.flatMap(listItem);
}

function cellsOf(row: Row): string[] {
  return [
    principalInWords(row.principal),
    row.client,
    shortGrantType(row.grant_type),
    row.scope === null ? '(unscoped)' : scopeInWords(row.scope),
    rowConditions(row).join('; '),
    row.grants.join(', '),
  ];
}

function alignColumns(lines: readonly string[][]): string[] {
  const widths = header.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function listItem(row: Row, index: number, rows: readonly Row[]): string[] {
  const [principal = '', client, grantType, scope, , grants] = cellsOf(row);
  const isFirst = rows[index - 1]?.principal !== row.principal;
  return [
    ...(isFirst ? [principal] : []),
    `  ${scope}`,
    `    by ${grantType} for ${client}`,
    ...rowConditions(row).map((condition) => `    ${condition}`),
    `    granted by ${grants}`,
  ];
}
