import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { matrixMarkdown } from '../../grants/matrix-markdown.ts';
import { rowsOf } from '../../grants/rows.ts';
import { openPolicy } from './policy-file.ts';

/** `infra/policy.matrix.md` for `infra/policy.yaml` */
function matrixPath(path: string): string {
  return `${path.replace(/\.(ya?ml|json)$/, '')}.matrix.md`;
}

function matrixOf(path: string): string {
  return matrixMarkdown(rowsOf(openPolicy(path)), basename(path));
}

/** Writes the matrix beside each policy, and gives the files' paths. */
export function writeMatrices(paths: readonly string[]): string[] {
  return paths.map((path) => {
    writeFileSync(matrixPath(path), matrixOf(path));
    return matrixPath(path);
  });
}

/** The matrices that are not what their policies say, in one line for the user to read; undefined: all are right. */
export function staleMatrices(paths: readonly string[]): string | undefined {
  const stale = paths.filter((path) => readMatrix(matrixPath(path)) !== matrixOf(path)).map(matrixPath);
  if (stale.length === 0) return undefined;
  return `${stale.join(', ')}: missing or out of date, run npm run policy -- matrix --write, with the same --policy if there was one`;
}

/** A checkout with CRLF line ends has the same matrix. */
function readMatrix(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8').replaceAll('\r\n', '\n') : undefined;
}
