import fc from 'fast-check';
import type { FrozenClock } from './instance.ts';
import { reportOf } from './report.ts';
import { runSchedule } from './run.ts';
import { type Schedule, scheduleOf } from './schedule.ts';

export type CheckOptions = {
  runs: number;
  seed: number;
  /** Where in the tree of shrunk schedules to begin: as a failure prints it. */
  path?: string | undefined;
  frozenClock?: FrozenClock | undefined;
  applies?: (rule: string) => boolean;
};

const shrinkMs = 30_000;

export type CheckResult = {
  runs: number;
  /** Answers that were checked. */
  checked: number;
  failure: { schedule: Schedule; seed: number; path: string; report: string } | undefined;
};

/** Runs random schedules until one breaks a rule, and shrinks that one. */
export async function check(options: CheckOptions): Promise<CheckResult> {
  const { runs, seed, path, frozenClock, applies = () => true } = options;
  let checked = 0;
  let shrinkUntil = Number.POSITIVE_INFINITY;
  const clock =
    frozenClock === undefined
      ? fc.constantFrom('stands' as const, 'runs' as const)
      : fc.constant(frozenClock);
  const property = fc.asyncProperty(scheduleOf(clock), async (schedule) => {
    // Nothing smaller fails, as far as fast-check knows: so it stops at the smallest that there was time for.
    if (performance.now() > shrinkUntil) return true;
    const world = await runSchedule({ schedule, applies });
    checked += world.ledger.counts.requests;
    const isWell = world.history.violations.length === 0;
    if (!isWell) shrinkUntil = Math.min(shrinkUntil, performance.now() + shrinkMs);
    return isWell;
  });
  const details = await fc.check(property, { numRuns: runs, seed, ...(path !== undefined && { path }) });
  if (!details.failed) return { runs: details.numRuns, checked, failure: undefined };
  const [schedule] = details.counterexample as [Schedule];
  const report = reportOf(await runSchedule({ schedule, applies }), schedule);
  const failure = { schedule, seed: details.seed, path: details.counterexamplePath ?? '', report };
  return { runs: details.numRuns, checked, failure };
}
