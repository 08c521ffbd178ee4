import * as z from 'zod';
import { nearest } from './nearest.ts';
import type { Finding, Path } from './problems.ts';

/** Every field that is wrong by itself, and every unknown key: one finding a mistake. */
export function schemaFindings(schema: z.ZodType, value: unknown): Finding[] {
  const issues = schema.safeParse(value).error?.issues ?? [];
  return issues.flatMap((issue) => findingsOf(issue, schema, value));
}

function findingsOf(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown): Finding[] {
  if (isMisspelt(issue, schema, value)) return [];
  // Of the choices, the one whose type the value has knows what is wrong inside it.
  const choices = issue.code === 'invalid_union' ? issue.errors : [];
  const inside = choices.find(([first]) => first !== undefined && isInside(first));
  if (inside === undefined) return toFindings(issue, schema);
  return inside.flatMap((one) => findingsOf({ ...one, path: [...issue.path, ...one.path] }, schema, value));
}

function toFindings(issue: z.core.$ZodIssue, schema: z.ZodType): Finding[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => ({ path: [...path, key], at: 'key', text: unknownKey(key, known) }));
  }
  if (issue.code === 'invalid_key') {
    return [{ path, at: 'key', text: issue.issues[0]?.message ?? 'write another name' }];
  }
  return [{ path, text: issue.message }];
}

function isInside({ code, path }: z.core.$ZodIssue): boolean {
  return path.length > 0 || code === 'unrecognized_keys';
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return meant === undefined
    ? `no such key: remove it, or write one of ${known.join(', ')}`
    : `no such key: write ${meant}`;
}

/** A missing field that an unknown key stands for: that key has a finding of its own. */
function isMisspelt({ path }: z.core.$ZodIssue, schema: z.ZodType, value: unknown): boolean {
  const [key, parent] = [path.at(-1), path.slice(0, -1)];
  const given = parent.reduce<unknown>((data, step) => (data as Record<PropertyKey, unknown>)?.[step], value);
  if (typeof key !== 'string' || !isObject(given) || Object.hasOwn(given, key)) return false;
  return misspeltKeys(given, knownKeys(schema, parent)).has(key);
}

/** The known keys that unknown keys of `given` were meant to be. */
export function misspeltKeys(given: object, known: readonly string[]): Set<string | undefined> {
  const unknown = Object.keys(given).filter((key) => !known.includes(key));
  return new Set(unknown.map((key) => nearest(key, known)));
}

/** The keys of the object that the schema has at `path`. */
function knownKeys(schema: z.ZodType, [step, ...rest]: Path): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    const path = step === undefined ? [] : [step, ...rest];
    return knownKeys(schema.unwrap() as z.ZodType, path);
  }
  if (schema instanceof z.ZodArray) return knownKeys(schema.element as z.ZodType, rest);
  if (schema instanceof z.ZodRecord) return knownKeys(schema.valueType as z.ZodType, rest);
  if (schema instanceof z.ZodUnion)
    return schema.options.flatMap((option) =>
      knownKeys(option as z.ZodType, step === undefined ? [] : [step, ...rest]),
    );
  if (!(schema instanceof z.ZodObject)) return [];
  return step === undefined ? Object.keys(schema.shape) : knownKeys(schema.shape[String(step)], rest);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
