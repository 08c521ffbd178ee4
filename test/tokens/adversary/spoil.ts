import type { Item } from './models/dynamodb-engine.ts';

/** What somebody who can write to the table might do to an item; the layout is not known. */
export const spoilings = ['delete', 'empty', 'strip', 'version', 'stray', 'retype', 'copy'] as const;
export type Spoiling = (typeof spoilings)[number];

/** Which item and which of its attributes, counted in the order of their names. */
export type Spot = { item: number; attribute: number };

/** Spoils one item. Returns its key, or undefined where there was nothing to spoil. */
export function spoil(items: Map<string, Item>, how: Spoiling, spot: Spot): string | undefined {
  const keys = [...items.keys()].sort();
  const key = keys[spot.item % keys.length];
  const item = key === undefined ? undefined : items.get(key);
  if (key === undefined || item === undefined) return undefined;
  const names = Object.keys(item)
    .filter((name) => name !== 'pk')
    .sort();
  const name = names[spot.attribute % names.length];
  const { pk = { S: key }, ...rest } = item;
  const put = (spoilt: Item, at = key) => {
    items.set(at, spoilt);
    return at;
  };
  switch (how) {
    case 'delete':
      items.delete(key);
      return key;
    case 'empty':
      return put({ pk });
    case 'version':
      return put({ ...item, v: { N: '99' } });
    case 'stray':
      return put({ ...item, retailer_id: { S: 'somebody' } });
    case 'copy': {
      const other = keys[(spot.item + 1 + (spot.attribute % keys.length)) % keys.length] ?? key;
      return put({ ...rest, pk: { S: other } }, other);
    }
    case 'strip':
      return name === undefined ? undefined : put(without(item, name));
    case 'retype': {
      const numbers = names.filter((one) => item[one]?.N !== undefined);
      const number = numbers[spot.attribute % numbers.length];
      return number === undefined ? undefined : put({ ...item, [number]: { S: item[number]?.N ?? '' } });
    }
  }
}

function without(item: Item, name: string): Item {
  const { [name]: _, ...others } = item;
  return others;
}
