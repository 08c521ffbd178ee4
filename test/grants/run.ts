import { vi } from 'vitest';
import { runSubcommand } from '../../infra/commands/policy/subcommands.ts';

/** A subcommand in this process: its exit status, and what it has written to standard output and standard error. */
export async function run(args: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const [out, err] = (['out', 'err'] as const).map((name) =>
    vi.spyOn(process[`std${name}`], 'write').mockImplementation((chunk) => {
      written[name] += String(chunk);
      return true;
    }),
  );
  try {
    const code = await runSubcommand(args);
    return { code, ...written };
  } finally {
    out?.mockRestore();
    err?.mockRestore();
  }
}
