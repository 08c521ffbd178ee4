import type * as z from 'zod';
import { clientSchema } from './client-schema.ts';
import { grantSchema } from './grant-schema.ts';
import { nearest } from './nearest.ts';
import type { Finding, Path } from './problems.ts';
import { keepWarmSchema, policySchema } from './schema.ts';

/** Every field that is wrong by itself, and every unknown key. */
export function structureFindings(value: unknown): Finding[] {
  return (policySchema.safeParse(value).error?.issues ?? []).flatMap(toFindings);
}

function toFindings(issue: z.core.$ZodIssue): Finding[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], at: 'key', text: unknownKey(key, path) }));
  }
  if (issue.code === 'invalid_key') {
    return [{ path, at: 'key', text: issue.issues[0]?.message ?? 'write another name' }];
  }
  return [{ path, text: issue.message }];
}

function unknownKey(key: string, path: Path): string {
  const known = knownKeys(path);
  const meant = nearest(key, known);
  return meant === undefined
    ? `no such key: remove it, or write one of ${known.join(', ')}`
    : `no such key: write ${meant}`;
}

function knownKeys([section]: Path): string[] {
  switch (section) {
    case 'clients':
      return Object.keys(clientSchema.shape);
    case 'grants':
      return Object.keys(grantSchema.shape);
    case 'keepWarm':
      return Object.keys(keepWarmSchema.shape);
    default:
      return Object.keys(policySchema.shape);
  }
}

/**
 * The fields of an entry that are well formed by themselves: rules between them can be checked although another field
 * is wrong. `has` tells a malformed field from an absent one.
 */
export type Draft<T> = { isObject: boolean; fields: Partial<T>; has: (key: keyof T & string) => boolean };

export function draft<S extends z.ZodRawShape>(
  schema: z.ZodObject<S>,
  raw: unknown,
): Draft<z.output<z.ZodObject<S>>> {
  const given = isObject(raw) ? raw : {};
  const fields: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(schema.shape)) {
    const parsed = (field as z.ZodType).safeParse(given[key]);
    if (Object.hasOwn(given, key) && parsed.success) fields[key] = parsed.data;
  }
  return {
    isObject: isObject(raw),
    fields: fields as Partial<z.output<z.ZodObject<S>>>,
    has: (key) => Object.hasOwn(given, key),
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
