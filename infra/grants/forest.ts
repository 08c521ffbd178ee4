/** Some nodes of a forest, said briefly: the topmost ones, and what lies below them and is not chosen. */
export type Subtree<T> = { top: T; except: T[] };

/** Describes chosen nodes, each of which stands for what it covers beside its children. */
export type SubtreesOf<T> = (chosen: ReadonlySet<T>) => Array<Subtree<T>>;

/** `covers` says whether one node lies above another. It is never both ways round, and passes on downwards. */
export function createForest<T>(nodes: readonly T[], covers: (upper: T, lower: T) => boolean): SubtreesOf<T> {
  const parents = new Map(nodes.map((node) => [node, parentOf(node)]));
  return function subtreesOf(chosen) {
    const subtrees = new Map<T, Subtree<T>>();
    for (const node of nodes) {
      if (chosen.has(node) && topOf(node, chosen) === node) subtrees.set(node, { top: node, except: [] });
    }
    for (const node of nodes) {
      const parent = parents.get(node);
      if (chosen.has(node) || parent === undefined || !chosen.has(parent)) continue;
      subtrees.get(topOf(parent, chosen))?.except.push(node);
    }
    return [...subtrees.values()];
  };

  /** The lowest of the nodes above: all others above cover it. */
  function parentOf(node: T): T | undefined {
    const above = nodes.filter((other) => covers(other, node));
    return above.find((one) => above.every((other) => other === one || covers(other, one)));
  }

  function topOf(node: T, chosen: ReadonlySet<T>): T {
    const parent = parents.get(node);
    return parent !== undefined && chosen.has(parent) ? topOf(parent, chosen) : node;
  }
}
