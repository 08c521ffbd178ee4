import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const repository = join(import.meta.dirname, '../..');

/** One file imports another; `isType` where only its types are imported. Paths count from the repository's root. */
export type Edge = { from: string; to: string; isType: boolean };

export function sourceFiles(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** Every import of a file of ours by a file in `folder`. */
export function importsOf(folder: string): Edge[] {
  return sourceFiles(folder).flatMap((from) =>
    readImports(readFileSync(join(repository, from), 'utf8')).map(({ path, isType }) => ({
      from,
      to: relative(repository, join(repository, dirname(from), path)),
      isType,
    })),
  );
}

/** Relies on Biome's format: a statement begins its line, and quotes are single. */
export function readImports(source: string): Array<{ path: string; isType: boolean }> {
  const statements = source.matchAll(/^(?:import|export) ([^;]*?)from '(\.[^']+)'/gm);
  const bare = source.matchAll(/(?:^import |\bimport\()'(\.[^']+)'/gm);
  return [
    ...[...statements].map(([, clause = '', path = '']) => ({ path, isType: isTypeOnly(clause) })),
    ...[...bare].map(([, path = '']) => ({ path, isType: false })),
  ];
}

/** `type { … }`, or braces in which every name is a type. */
function isTypeOnly(clause: string): boolean {
  if (clause.startsWith('type ')) return true;
  const names = /^\{([^}]*)\}\s*$/.exec(clause)?.[1]?.split(',') ?? [''];
  return names
    .map((name) => name.trim())
    .every((name, at) => name.startsWith('type ') || (at > 0 && name === ''));
}

/** The folders (or single files of a root) that lie on a cycle, as one path back to its start. */
export function folderCycle(edges: readonly Edge[]): string[] | undefined {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    const [start, end] = [folderOf(from), folderOf(to)];
    if (start !== end) next.set(start, (next.get(start) ?? new Set()).add(end));
  }
  const done = new Set<string>();
  function visit(node: string, path: readonly string[]): string[] | undefined {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const other of next.get(node) ?? []) {
      const cycle = visit(other, [...path, node]);
      if (cycle !== undefined) return cycle;
    }
    done.add(node);
    return undefined;
  }
  return [...next.keys()].map((node) => visit(node, [])).find((cycle) => cycle !== undefined);
}

/** The adversary is one subject, with folders inside for its models and its rules. */
const inside = /^(test\/tokens\/adversary)\/.*/;

/** A file right below lambda/ or infra/ stands for itself: stack.ts knows every folder, and every folder settings.ts. */
export function folderOf(file: string): string {
  const folder = dirname(file).replace(inside, '$1');
  return folder.includes('/') ? folder : file;
}
