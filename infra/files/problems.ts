/** A position in a file's data: keys and list indices, as zod gives them. */
export type Path = readonly PropertyKey[];

/** Something wrong at `path`, and what to write instead. `at: 'key'` means the key itself, not its value. */
export type Finding = { path: Path; text: string; at?: 'key' };

/** A finding with its position in the file, if it has one; line and column count from 1. */
export type Problem = { position?: { line: number; column: number }; path: string; text: string };

/** A file cannot be used. The message has one line per mistake, for the user to read as it is. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';

  constructor(file: string, problems: readonly Problem[]) {
    const sorted = problems.toSorted(
      ({ position: a }, { position: b }) =>
        (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0),
    );
    super(sorted.map((problem) => formatProblem(file, problem)).join('\n'));
  }
}

/** One line, as the compiler of a language would write it. */
export function formatProblem(file: string, { position, path, text }: Problem): string {
  const where = position === undefined ? file : `${file}:${position.line}:${position.column}`;
  const what = path === '' ? text : `${path}: ${text}`;
  return printable(position === undefined && path === '' ? `${where}: ${what}` : `${where} ${what}`);
}

/** Control characters and marks of direction, which a terminal would obey, as escapes. */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** `grants[0].principals[1]`, the way an editor's breadcrumbs show it. */
export function formatPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      return index === 0 ? String(step) : `.${String(step)}`;
    })
    .join('');
}
