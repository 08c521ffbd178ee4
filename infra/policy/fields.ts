import * as z from 'zod';

type Wrong = (text: string) => string | undefined;

/** A text field. `advice` completes the sentence "…: what to write instead"; `wrong` finds what a pattern cannot. */
export function text(advice: string, rule: RegExp | Wrong) {
  const field = z.string({ error: ({ input }) => whatIsWrong(input, advice) });
  if (rule instanceof RegExp) return field.regex(rule, { error: advice });
  return field.superRefine((value, context) => {
    const problem = rule(value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
}

/** One of a few words. */
export function oneOf<const T extends readonly string[]>(words: T) {
  const advice = `write ${words.join(', ').replace(/, ([^,]*)$/, ' or $1')}`;
  return z.enum(words, { error: ({ input }) => whatIsWrong(input, advice) });
}

/** A list with at least one entry, and none of them twice: a repeat is a slip of copying. */
export function list<T extends z.ZodType>(entry: T, advice: string) {
  return z
    .array(entry, { error: ({ input }) => whatIsWrong(input, `write a list, ${advice}`) })
    .min(1, { error: `is empty: ${advice}` })
    .superRefine((entries, context) => {
      for (const [index, value] of entries.entries()) {
        if (typeof value !== 'string' || entries.indexOf(value) === index) continue;
        context.addIssue({ code: 'custom', path: [index], message: 'is in this list twice: keep one' });
      }
    });
}

/** The message for a value of the wrong type: `advice`, after what YAML has made of the input. */
export function whatIsWrong(input: unknown, advice: string): string {
  if (input === undefined || input === null) return `is missing: ${advice}`;
  // YAML reads 007 as 7, so what it made of the text is not worth repeating.
  if (typeof input === 'number' || typeof input === 'boolean')
    return `is a ${typeof input} to YAML: ${advice}`;
  return advice;
}
