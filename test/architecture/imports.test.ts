import { describe, expect, it } from 'vitest';
import { type Edge, folderCycle, folderOf, importsOf, readImports, sourceFiles } from './import-graph.ts';

/** What the linter's rules cannot tell: a type from a value, and a cycle of folders whose files have none. */

const all = ['lambda', 'infra', 'test'].flatMap(importsOf);
const show = ({ from, to }: Edge) => `${from} -> ${to}`;

describe('imports that may only be types', () => {
  const types: Array<[from: string, to: RegExp]> = [
    ['lambda/connect', /^lambda\/(tokens|policy)\//],
    ['lambda/dynamodb', /^lambda\/(tokens|policy)\//],
    ['lambda/observability', /^lambda\/(?!observability\/)/],
  ];
  it.each(types)('those of %s from %s', (folder, target) => {
    const edges = all.filter(({ from, to }) => folderOf(from) === folder && target.test(to));
    expect(edges).not.toEqual([]);
    expect(edges.filter(({ isType }) => !isType).map(show)).toEqual([]);
  });
});

describe('folders', () => {
  it('have no cycle, types included; observability/ may name the types of every folder', () => {
    const edges = all.filter(({ from, isType }) => !(isType && folderOf(from) === 'lambda/observability'));
    expect(folderCycle(edges)).toBeUndefined();
  });

  it('hold all of lambda/ but its entries and what starts them: six files at most', () => {
    const beside = sourceFiles('lambda').filter((file) => folderOf(file) === file);
    expect(beside).toContain('lambda/wiring.ts');
    expect(beside.length).toBeLessThanOrEqual(6);
  });
});

describe('the graph', () => {
  const edge = (from: string, to: string): Edge => ({ from, to, isType: true });

  it.each([
    ["import type { A } from '../a.ts';", true],
    ["import { type A, type B } from '../a.ts';", true],
    ["import {\n  type A,\n  type B,\n} from '../a.ts';", true],
    ["export type { A } from '../a.ts';", true],
    ["import { type A, B } from '../a.ts';", false],
    ["import {\n  type A,\n  B,\n} from '../a.ts';", false],
    ["import { typeA } from '../a.ts';", false],
    ["import * as a from '../a.ts';", false],
    ["export { A } from '../a.ts';", false],
    ["import '../a.ts';", false],
    ["const a = await import('../a.ts');", false],
  ])('tells types from values: %j', (source, isType) => {
    expect(readImports(`import { x } from 'x';\n${source}\nconst from = 'here';\n`)).toEqual([
      { path: '../a.ts', isType },
    ]);
  });

  it('finds a cycle of folders whose files have none', () => {
    const [there, back] = [
      edge('lambda/a/one.ts', 'lambda/b/one.ts'),
      edge('lambda/b/two.ts', 'lambda/a/two.ts'),
    ];
    expect(folderCycle([there])).toBeUndefined();
    expect(folderCycle([there, back])).toEqual(['lambda/a', 'lambda/b', 'lambda/a']);
  });

  it('takes no root file for a folder', () => {
    const edges = [edge('infra/stack.ts', 'infra/api/one.ts'), edge('infra/api/one.ts', 'infra/settings.ts')];
    expect(folderCycle(edges)).toBeUndefined();
  });
});
