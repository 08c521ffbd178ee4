import * as z from 'zod';

/** Says what is wrong with a text. An editor has the pattern alone, which must refuse the same texts. */
export type TextCheck = { problem: (text: string) => string | undefined; pattern: string };

/** A text field. `advice` says what to write instead, and completes every message about the field. */
export function text(advice: string, check: RegExp | TextCheck) {
  const field = z.string({ error: ({ input }) => adviseOnType(input, advice) });
  // What editors show in place of the pattern.
  const patternErrorMessage = advice;
  if (check instanceof RegExp) return field.regex(check, { error: advice }).meta({ patternErrorMessage });
  const { problem: problemOf, pattern } = check;
  return field
    .superRefine((value, context) => {
      const problem = problemOf(value);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    })
    .meta({ pattern, patternErrorMessage });
}

/** One of a few words. */
export function oneOf<const T extends readonly string[]>(words: T) {
  const advice = `write ${words.join(', ').replace(/, ([^,]*)$/, ' or $1')}`;
  return z.enum(words, { error: ({ input }) => adviseOnType(input, advice) });
}

/** A list with at least one entry, each of them once: a repeated entry is a copying mistake. */
export function list<T extends z.ZodType>(entry: T, advice: string) {
  return z
    .array(entry, { error: ({ input }) => adviseOnType(input, advice) })
    .min(1, { error: `is empty: ${advice}` })
    .superRefine((entries, context) => {
      const known = new Set<string>();
      for (const [index, value] of entries.entries()) {
        const text = JSON.stringify(value);
        if (known.has(text)) {
          context.addIssue({ code: 'custom', path: [index], message: 'is in this list twice: keep one' });
        }
        known.add(text);
      }
    })
    .meta({ uniqueItems: true });
}

/** The message for a value of the wrong type: `advice`, after what YAML has read the value as. */
export function adviseOnType(input: unknown, advice: string): string {
  if (input === undefined || input === null) return `is missing: ${advice}`;
  // YAML reads 007 as 7, so the message does not repeat the value.
  if (typeof input === 'number' || typeof input === 'boolean')
    return `YAML reads this as a ${typeof input}: ${advice}`;
  return advice;
}
