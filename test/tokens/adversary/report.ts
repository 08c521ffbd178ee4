import { timeText } from './history.ts';
import type { Schedule, Step, Wait } from './schedule.ts';
import type { World } from './world.ts';

/** What was wrong in a run, the schedule that it followed, and what happened last. */
export function reportOf({ history }: World, { steps, ...setting }: Schedule): string {
  const broken = history.violations.map(({ rule, what, at }) => `${timeText(at)}  BROKEN "${rule}": ${what}`);
  return [
    ...broken,
    '',
    'Setting',
    ...Object.entries(setting).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`),
    'Steps',
    ...steps.map((step) => `  ${stepText(step)}`),
    'What happened last',
    ...history.last().map((line) => `  ${line}`),
  ].join('\n');
}

function stepText({ wait, ...step }: Step): string {
  return `after ${waitText(wait)}: ${JSON.stringify(step)}`;
}

function waitText(wait: Wait): string {
  if ('ms' in wait) return `${wait.ms} ms`;
  if ('ofLife' in wait) return `${wait.ofLife} % of a lifetime`;
  return `until the token vended last has ${wait.beforeEndMs} ms to live`;
}
