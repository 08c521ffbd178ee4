export type Subject = () => Promise<unknown>;

/** Costs as multiples of the reference's, in the median of the rounds; `control` is the reference against itself. */
export type Measured = { ratios: Record<string, number>; control: number };

const rounds = 15;
/** For the compiler: not counted. */
const warmUps = 3;
const attempts = 5;

/**
 * CPU time of each subject, in turns, against `reference`. The machine may be busy with other things: where the
 * reference against itself is outside 0.9 to 1.1 all of it is void, and is measured again. Throws after five times.
 */
export async function measureAgainst(
  reference: Subject,
  subjects: Record<string, Subject>,
  perRound: number,
): Promise<Measured> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const measured = await measureOnce(reference, subjects, perRound);
    if (measured.control >= 0.9 && measured.control <= 1.1) return measured;
  }
  throw new Error('This machine is too busy: the control was outside 0.9 to 1.1 five times');
}

async function measureOnce(
  reference: Subject,
  subjects: Record<string, Subject>,
  perRound: number,
): Promise<Measured> {
  const names = Object.keys(subjects);
  const ratios = new Map<string, number[]>(names.map((name) => [name, []]));
  const controls: number[] = [];
  for (let round = -warmUps; round < rounds; round++) {
    const cost = await cpuOf(reference, perRound);
    const costs = new Map<string, number>();
    for (const name of names) costs.set(name, await cpuOf(subjects[name] as Subject, perRound));
    const again = await cpuOf(reference, perRound);
    if (round < 0) continue;
    controls.push(again / cost);
    // Before and after the subjects, so that a drift of the machine is nobody's.
    for (const [name, found] of costs) ratios.get(name)?.push((2 * found) / (cost + again));
  }
  return {
    ratios: Object.fromEntries([...ratios].map(([name, found]) => [name, median(found)])),
    control: median(controls),
  };
}

async function cpuOf(subject: Subject, calls: number): Promise<number> {
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call++) await subject();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
