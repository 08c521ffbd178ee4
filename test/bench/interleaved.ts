import { closeSync, openSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';

export const rounds = 25;
export const perRound = 1_000;

export type Subject = () => Promise<unknown>;

/** CPU of one call, by subject: the `reference` costs 1, and `control`, the same again, shows what a ratio is worth. */
export type Ratios = { ratios: Record<string, number>; control: number };

/**
 * User and system time of a call against `reference`'s, in this process: the subjects take turns, each ratio is of one
 * round, and the median of all rounds counts.
 */
export async function measureAgainst(reference: Subject, subjects: Record<string, Subject>): Promise<Ratios> {
  const ratios = await calmly(async () =>
    ratiosTo(
      'reference',
      await quietly(() => measure({ reference, ...subjects, control: () => reference() })),
    ),
  );
  return { ratios, control: ratios['control'] ?? Number.NaN };
}

/**
 * Ratios of which `control`, the reference again, is 0.9 to 1.1. Throws where it is not in ten tries: the machine is busy
 * with other things.
 */
export async function calmly(run: () => Promise<Record<string, number>>): Promise<Record<string, number>> {
  for (let tries = 1; ; tries++) {
    const ratios = await run();
    const control = ratios['control'] ?? Number.NaN;
    if (control >= 0.9 && control <= 1.1) return ratios;
    if (tries === 10)
      throw new Error(`Too busy a machine: the control is ${control.toFixed(2)}, not 0.9 to 1.1`);
  }
}

/** The median of each subject's ratios to the reference, of which each is of one round. */
export function ratiosTo(reference: string, costs: Record<string, number[]>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(costs).map(([name, values]) => [
      name,
      median(values.map((cost, round) => cost / (costs[reference]?.[round] ?? Number.NaN))),
    ]),
  );
}

async function measure(subjects: Record<string, Subject>): Promise<Record<string, number[]>> {
  const costs: Record<string, number[]> = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  // The first rounds are for the compiler.
  for (let round = -5; round < rounds; round++) {
    for (const [name, subject] of Object.entries(subjects)) {
      const before = process.cpuUsage();
      for (let call = 0; call < perRound; call++) await subject();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) costs[name]?.push((user + system) / perRound);
    }
  }
  return costs;
}

/** Lambda's stdout is written to at once: so is the null device, meanwhile. */
export async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const nowhere = openSync(devNull, 'w');
  const { write } = process.stdout;
  process.stdout.write = (chunk: string | Uint8Array) => writeSync(nowhere, String(chunk)) >= 0;
  try {
    return await run();
  } finally {
    process.stdout.write = write;
    closeSync(nowhere);
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
