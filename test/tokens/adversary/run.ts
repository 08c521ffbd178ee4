import { identities } from './requests.ts';
import { checkBounds } from './rules/bounds.ts';
import { createJudge } from './rules/judge.ts';
import { recoveredAt } from './rules/recovery.ts';
import type { Schedule, Wait } from './schedule.ts';
import { carryOutStep } from './steps.ts';
import { createWorld, type World } from './world.ts';

/** Longer than any request takes. */
const longestRequestMs = 30_000;

export type RunOptions = { schedule: Schedule; applies?: (rule: string) => boolean };

/** Runs one schedule, then waits until all must be well again and asks every host for each token. */
export async function runSchedule({ schedule, applies = () => true }: RunOptions): Promise<World> {
  const { seed, frozenClock, aheadMs, lifetimeMs, previous, reuseLimit, connectLatencyMs, keepWarm } =
    schedule;
  const world = createWorld({
    seed,
    frozenClock,
    aheadMs,
    tokens: { lifetimeMs, previous, reuseLimit },
    connectLatencyMs,
    keepWarm,
    stopsAtFirst: true,
    applies,
    judge: createJudge(applies),
  });
  for (const step of schedule.steps) {
    await world.run(waitMsOf(step.wait, world));
    if (world.isOver()) return world;
    carryOutStep(world, step);
  }
  await askAllAtTheEnd(world, schedule);
  if (!world.isOver()) checkBounds(world);
  return world;
}

function waitMsOf(wait: Wait, { options, gateway, timeline }: World): number {
  if ('ms' in wait) return wait.ms;
  if ('ofLife' in wait) return (wait.ofLife * options.tokens.lifetimeMs) / 100;
  const { expiresAt = 0 } = gateway.lastVended() ?? {};
  return Math.max(0, expiresAt - wait.beforeEndMs - timeline.now());
}

async function askAllAtTheEnd(world: World, { steps, aheadMs }: Schedule): Promise<void> {
  const untilWell = Math.max(recoveredAt(world) - world.timeline.now(), 0);
  await world.run((Number.isFinite(untilWell) ? untilWell : 0) + 1_000);
  const asked = new Set(steps.map((step) => ('who' in step ? step.who : 0)));
  for (const who of asked) {
    for (const slot of aheadMs.keys()) {
      if (world.isOver()) return;
      world.gateway.ask(slot, { identity: identities[who] as (typeof identities)[number] });
      await world.run(200);
    }
  }
  await world.run(longestRequestMs + 1_000);
  const since = world.timeline.now() - longestRequestMs;
  const unanswered = [...world.ledger.open.values()].filter(({ arrivedAt }) => arrivedAt <= since);
  if (unanswered.length > 0 && !world.isOver())
    world.history.violate('in time', `${unanswered.length} requests have no answer`);
}
