import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { Remembered } from '../tokens/token-table.ts';

export type Item = Record<string, AttributeValue>;

export const text = z.object({ S: z.string() });
export const number = z.object({ N: z.string().check(z.regex(/^-?\d+(\.\d+)?$/)) });
export const flag = z.object({ BOOL: z.boolean() });

export function numeric(value: number): AttributeValue {
  return { N: String(value) };
}

const list = z.object({ L: z.array(text) });

/** Undefined where either attribute is missing or broken. */
export function readList(
  texts: AttributeValue | undefined,
  until: AttributeValue | undefined,
): Remembered | undefined {
  const { data } = list.safeParse(texts);
  const { data: end } = number.safeParse(until);
  return data && end && { texts: data.L.map(({ S }) => S), until: Number(end.N) };
}

export function listed({ texts }: Remembered): AttributeValue {
  return { L: texts.map((S) => ({ S })) };
}
