import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from './models/dynamodb-engine.ts';
import type { IssuedToken, IssuedTokens } from './models/issued-tokens.ts';
import type { Timeline, TrueTime } from './timeline.ts';

/** A token that stands in the table as the functions wrote it. */
export type Held = { token: IssuedToken; since: TrueTime };

/**
 * What an observer knows of the table without knowing its layout: which token's text stands in which item, since
 * when, and whether anybody but the functions has touched the item since.
 */
export function createTableContents(timeline: Timeline, tokens: IssuedTokens) {
  const byKey = new Map<string, Held & { isTouched: boolean }>();

  return {
    written: (pk: string, item: Item | undefined): void => {
      const token = item && tokenIn(item, tokens);
      const before = byKey.get(pk);
      if (token === undefined) byKey.delete(pk);
      else if (before?.token !== token) byKey.set(pk, { token, since: timeline.now(), isTouched: false });
    },
    touched: (pk: string, item: Item | undefined): void => {
      const token = item && tokenIn(item, tokens);
      if (token === undefined) byKey.delete(pk);
      else byKey.set(pk, { token, since: timeline.now(), isTouched: true });
    },
    /** Where that token stands, whatever the layout. */
    keyOf: (token: IssuedToken): string | undefined =>
      [...byKey].find(([, held]) => held.token === token)?.[0],
    /** The newest that an instance must be able to read for this identity. */
    held: (identity: string): Held | undefined => {
      let newest: Held | undefined;
      for (const held of byKey.values()) {
        if (held.isTouched || held.token.identity !== identity) continue;
        if (newest === undefined || held.token.serial > newest.token.serial) newest = held;
      }
      return newest;
    },
  };
}

function tokenIn(item: Item, tokens: IssuedTokens): IssuedToken | undefined {
  return Object.values(item)
    .flatMap(textsIn)
    .map((text) => tokens.byText.get(text))
    .filter((token) => token !== undefined)
    .sort((one, other) => other.serial - one.serial)[0];
}

function textsIn(value: AttributeValue): string[] {
  if (value.S !== undefined) return [value.S];
  if (value.L !== undefined) return value.L.flatMap(textsIn);
  return value.M === undefined ? [] : Object.values(value.M).flatMap(textsIn);
}
