import type { Row } from '../../grants/rows.ts';

/** RFC 4180. Several values in one cell stand on a line each: no value can contain a line end. */
export function matrixCsv(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.principal,
    row.client,
    row.grant_type,
    row.scope ?? '',
    row.users.join('\n'),
    row.redirect_uris.join('\n'),
    row.retailer_ids.join('\n'),
    row.max_min_ttl === null ? '' : String(row.max_min_ttl),
    String(row.revoke),
    row.grants.join('\n'),
  ]);
  return [header, ...cells].map((line) => `${line.map(toCell).join(',')}\r\n`).join('');
}

const header = [
  'principal',
  'client',
  'grant_type',
  'scope',
  'users',
  'redirect_uris',
  'retailer_ids',
  'max_min_ttl',
  'revoke',
  'grants',
];

/** A spreadsheet would run a cell that begins like a formula, so that such a cell begins with an apostrophe. */
function toCell(text: string): string {
  const plain = text.replaceAll(/^[=+\-@\t\r]/gm, "'$&");
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
