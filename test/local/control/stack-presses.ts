import type { Stack } from '../instance/system.ts';
import { type Presses, WrongPress } from './control-server.ts';

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Longer than any token lives. */
const longestMs = 400 * 86_400_000;

/** What can be done to the stack whatever its Connect is. */
export function stackPresses(
  stack: Pick<Stack, 'advanceClock' | 'dynamodb' | 'replaceInstances' | 'fleet'>,
  now: () => number,
): Presses {
  return {
    '/clock': async (word) => {
      await stack.advanceClock(readDuration(word));
      return `The stack's clock is at ${new Date(now()).toISOString()}.`;
    },
    '/forget': async () => {
      await stack.replaceInstances();
      await stack.dynamodb.clear();
      return `The token table is empty, and ${stack.fleet().length} new instances remember nothing.`;
    },
  };
}

function readDuration(word: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(word) ?? [];
  const ms = Number(number) * (unitsMs[unit] ?? 0);
  if (ms === 0 || ms > longestMs)
    throw new WrongPress('Write how far to put the clock forward, such as 90m, 23h or 2d: 400 days at most');
  return ms;
}
