/** A position in the policy's data: keys and list indices, as zod gives them. */
export type Path = readonly PropertyKey[];

/** Something wrong at `path`, and what to write instead. `at: 'key'` means the key itself, not its value. */
export type Finding = { path: Path; text: string; at?: 'key' };

/** A finding with its position in the file; line and column count from 1. */
export type Problem = { line: number; column: number; path: string; text: string };

/** The policy file cannot be used. The message has one line per problem, for the user to read as it is. */
export class PolicyError extends Error {
  override name = 'PolicyError';
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
    super(sorted.map((problem) => `${file}:${describe(problem)}`).join('\n'));
    this.problems = sorted;
  }
}

function describe({ line, column, path, text }: Problem): string {
  return `${line}:${column} ${path === '' ? '' : `${path}: `}${text}`;
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
