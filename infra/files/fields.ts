import * as z from 'zod';

/**
 * A text field. `advice` says what to write instead, and completes every message about the field; `check` finds what
 * a pattern cannot.
 */
export function text(advice: string, check: RegExp | ((text: string) => string | undefined)) {
  const field = z.string({ error: ({ input }) => adviseOnType(input, advice) });
  if (check instanceof RegExp) return field.regex(check, { error: advice });
  return field.superRefine((value, context) => {
    const problem = check(value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
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
    });
}

/** The message for a value of the wrong type: `advice`, after what YAML has read the value as. */
export function adviseOnType(input: unknown, advice: string): string {
  if (input === undefined || input === null) return `is missing: ${advice}`;
  // YAML reads 007 as 7, so the message does not repeat the value.
  if (typeof input === 'number' || typeof input === 'boolean')
    return `YAML reads this as a ${typeof input}: ${advice}`;
  return advice;
}
