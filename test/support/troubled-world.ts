import { flakyTable, type Trouble } from './flaky-table.ts';
import { world } from './token-world.ts';

/** A world and a table before it that fails while `trouble.now` says so. */
export function troubledWorld(options: Parameters<typeof world>[0] = {}) {
  const one = world(options);
  const trouble = { now: undefined as Trouble };
  const { table, tries } = flakyTable(one.table, () => trouble.now);
  return { ...one, trouble, tries, flaky: table };
}
