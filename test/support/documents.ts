import { readFileSync } from 'node:fs';

/** The code blocks of a document in a language, as a reader would copy them. */
export function blocks(document: string, language: string): string[] {
  const found = textOf(document).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'));
  return [...found].map(([, code = '']) => code);
}

/** The rows, cell by cell, of every table of a document whose head begins with these cells. */
export function tableRows(document: string, head: readonly string[]): string[][] {
  const tables = textOf(document).matchAll(/^(\|.*\|)\n\|[-|]+\|\n((?:\|.*\|\n)+)/gm);
  return [...tables].flatMap(([, first = '', rest = '']) => {
    const isMeant = head.every((cell, at) => cellsOf(first)[at] === cell);
    return isMeant ? rest.trimEnd().split('\n').map(cellsOf) : [];
  });
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}

function textOf(document: string): string {
  return readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8');
}
