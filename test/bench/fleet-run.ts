import { setImmediate } from 'node:timers/promises';
import type { TokenTable } from '../../lambda/tokens/token-table.ts';
import { randomFrom } from '../support/random.ts';
import type { Answer } from '../support/simulated-connect.ts';
import { hour, world } from '../support/token-world.ts';

const instanceLifeMs = 2 * hour;
const vendsAtOnce = 5_000;

/** A vend of a token by an instance, at so many milliseconds after the start. */
export type Arrival = { at: number; slot: number; token: number };

type Fleet = { vends: number; instances: number; tokens: number; lastsMs: number };

/** At random times, the same every time for the same seed. */
export function arrivalsOf({ vends, instances, tokens, lastsMs }: Fleet): Arrival[] {
  const random = randomFrom(1);
  const arrivals = Array.from({ length: vends }, () => ({
    at: Math.floor(random() * lastsMs),
    slot: Math.floor(random() * instances),
    token: Math.floor(random() * tokens),
  }));
  return arrivals.sort((one, other) => one.at - other.at);
}

/** Which instance a slot has at a time: slots change theirs every two hours, not all at once. */
export function instanceAt({ at, slot }: Arrival): string {
  const phase = (slot * 7_919_000) % instanceLifeMs;
  return `${slot} ${Math.floor((at + phase) / instanceLifeMs)}`;
}

type RunOptions = {
  minTtlMs?: number;
  answer?: Answer;
  /** Puts something between the instances and their table. */
  watch?: (table: TokenTable, now: () => number) => TokenTable;
};

/** What a fleet does for these arrivals, one after the other: the real code on a virtual clock, before a table in memory. */
export async function runFleet(
  arrivals: readonly Arrival[],
  { minTtlMs = 0, answer, watch = (table) => table }: RunOptions = {},
) {
  const { state, mints, prepared, calls, pointers, instance, table } = world({
    random: randomFrom(2),
    maxTokens: 16,
  });
  if (answer !== undefined) state.answer = answer;
  const watched = watch(table, () => state.now);
  const start = state.now;
  const fleet = new Map<number, { id: string; vend: ReturnType<typeof instance> }>();
  let served = 0;
  for (const [index, arrival] of arrivals.entries()) {
    // The time-outs of table calls are real: they are given up only where the event loop turns.
    if (index % vendsAtOnce === 0) await setImmediate();
    state.now = Math.max(state.now, start + arrival.at);
    const id = instanceAt(arrival);
    let one = fleet.get(arrival.slot);
    if (one?.id !== id) {
      one = { id, vend: instance({ table: watched }) };
      fleet.set(arrival.slot, one);
    }
    const vended = await one.vend({ key: `token ${arrival.token}`, minTtlMs });
    if (vended.kind === 'token') served += 1;
  }
  return {
    served,
    mints: mints.length,
    reads: calls.reads,
    writes: calls.writes + pointers.writes,
    secretReads: prepared.length,
  };
}
