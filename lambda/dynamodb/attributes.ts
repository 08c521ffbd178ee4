import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Remembered } from '../tokens/token-table.ts';

export type Item = Record<string, AttributeValue>;

// Each is undefined where the attribute is missing, or of another type.

export function textOf(attribute: AttributeValue | undefined): string | undefined {
  return attribute?.S;
}

export function numberOf(attribute: AttributeValue | undefined): number | undefined {
  return attribute?.N === undefined ? undefined : Number(attribute.N);
}

export function flagOf(attribute: AttributeValue | undefined): boolean | undefined {
  return attribute?.BOOL;
}

export function textsOf(attribute: AttributeValue | undefined): string[] | undefined {
  const texts = attribute?.L?.map(textOf);
  return texts?.every((text) => text !== undefined) ? texts : undefined;
}

/** Undefined where either attribute is missing or broken. */
export function readList(
  list: AttributeValue | undefined,
  end: AttributeValue | undefined,
): Remembered | undefined {
  const texts = textsOf(list);
  const until = numberOf(end);
  return texts === undefined || until === undefined ? undefined : { texts, until };
}

export function numeric(value: number): AttributeValue {
  return { N: String(value) };
}

export function listed({ texts }: Remembered): AttributeValue {
  return { L: texts.map((S) => ({ S })) };
}
