/**
 * Cuts the cells for which `holds` is true into boxes: one list of indices for each dimension. The boxes cover each such
 * cell once, and no other cell.
 */
export function boxesOf(
  sizes: readonly number[],
  holds: (cell: readonly number[]) => boolean,
  cell: readonly number[] = [],
): number[][][] {
  const size = sizes[cell.length];
  if (size === undefined) return holds(cell) ? [[]] : [];
  const alike = new Map<string, { indices: number[]; rest: number[][][] }>();
  for (let index = 0; index < size; index++) {
    const rest = boxesOf(sizes, holds, [...cell, index]);
    const key = JSON.stringify(rest);
    const known = alike.get(key) ?? { indices: [], rest };
    known.indices.push(index);
    alike.set(key, known);
  }
  return [...alike.values()].flatMap(({ indices, rest }) => rest.map((box) => [indices, ...box]));
}
