import type { AttributeValue } from '@aws-sdk/client-dynamodb';
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
  switch (how) {
    case 'delete':
      items.delete(key);
      return key;
    case 'empty':
      items.set(key, { pk });
      return key;
    case 'version':
      items.set(key, { ...item, v: { N: '99' } });
      return key;
    case 'stray':
      items.set(key, { ...item, retailer_id: { S: 'somebody' } });
      return key;
    case 'copy': {
      const other = keys[(spot.item + 1 + (spot.attribute % keys.length)) % keys.length] ?? key;
      items.set(other, { ...rest, pk: { S: other } });
      return other;
    }
    case 'strip':
      return change(name, undefined);
    case 'retype': {
      const numbers = names.filter((one) => item[one]?.N !== undefined);
      const number = numbers[spot.attribute % numbers.length];
      return change(number, { S: item[number ?? '']?.N ?? '' });
    }
  }

  function change(attribute: string | undefined, value: AttributeValue | undefined): string | undefined {
    if (attribute === undefined) return undefined;
    const { [attribute]: _, ...others } = item as Item;
    items.set(key as string, value === undefined ? others : { ...others, [attribute]: value });
    return key;
  }
}
