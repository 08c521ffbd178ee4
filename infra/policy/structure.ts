import type * as z from 'zod';
import type { Finding, Path } from '../files/problems.ts';
import { isObject, misspeltKeys, schemaFindings } from '../files/schema-findings.ts';
import { policySchema } from './schema.ts';

/** Every field that is wrong by itself, and every unknown key. A client's bad name has one finding, at its definition. */
export function structureFindings(value: unknown): Finding[] {
  return schemaFindings(policySchema, value).filter(({ path }) => !isUseOfDefinedClient(value, path));
}

function isUseOfDefinedClient(value: unknown, [section, index, field]: Path): boolean {
  if ((section !== 'grants' && section !== 'keepWarm') || field !== 'client') return false;
  const { clients, [section]: entries } = value as Record<string, unknown>;
  const { client } = (entries as Array<{ client?: unknown }>)[Number(index)] ?? {};
  return typeof client === 'string' && isObject(clients) && Object.hasOwn(clients, client);
}

/**
 * The fields of an entry that are well formed by themselves: rules between them can be checked although another field
 * is wrong. `has` tells a malformed or misspelt field from an absent one.
 */
export type Draft<T> = { isObject: boolean; fields: Partial<T>; has: (key: keyof T & string) => boolean };

export function draft<S extends z.ZodRawShape>(
  schema: z.ZodObject<S>,
  raw: unknown,
): Draft<z.output<z.ZodObject<S>>> {
  const given = isObject(raw) ? raw : {};
  const misspelt = misspeltKeys(given, Object.keys(schema.shape));
  const fields: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(schema.shape)) {
    const parsed = (field as z.ZodType).safeParse(given[key]);
    if (Object.hasOwn(given, key) && parsed.success) fields[key] = parsed.data;
  }
  return {
    isObject: isObject(raw),
    fields: fields as Partial<z.output<z.ZodObject<S>>>,
    has: (key) => Object.hasOwn(given, key) || misspelt.has(key),
  };
}
