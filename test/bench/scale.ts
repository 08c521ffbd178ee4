import { randomFrom } from '../support/random.ts';
import { down } from '../support/simulated-connect.ts';
import { day, minute, world } from '../support/token-world.ts';
import { arrivalsOf, runFleet } from './fleet-run.ts';
import type { Row } from './report.ts';
import { createWatch, type Peaks } from './watched-table.ts';

export const instances = 10_000;
const tokens = 2_000;
export const vendsASecond = 1_000;

/** What a large fleet asks of the token table in its busiest second. */
export async function scale(): Promise<Row[]> {
  const started = await steadyVends(tokens, 2);
  const hot = await steadyVends(1, 2);
  const isDown = await steadyVends(tokens, 1, true);
  return [
    row('a cold start: no token anywhere', tokens, started),
    row('all ask for one token', 1, hot),
    row('Connect is down, no token anywhere', tokens, isDown),
    row('all miss one token while Lambda starts them', 1, await coldFleet()),
  ];
}

type Result = { vends: number; served: number; mints: number; peaks: Peaks };

function row(what: string, count: number, { vends, served, mints, peaks }: Result): Row {
  return {
    what,
    tokens: count,
    vends,
    served,
    mints,
    'reads a second, at most': peaks.reads,
    'of one item (of 3000)': peaks.readsOfOne,
    'writes a second, at most': peaks.writes,
    'writes of one item (of 1000)': peaks.writesOfOne,
  };
}

async function steadyVends(count: number, minutes: number, isDown = false): Promise<Result> {
  const vends = vendsASecond * 60 * minutes;
  const { watch, peaks } = createWatch();
  const { served, mints } = await runFleet(
    arrivalsOf({ vends, instances, tokens: count, lastsMs: minutes * minute }),
    isDown ? { watch, answer: down } : { watch },
  );
  return { vends, served, mints, peaks: peaks() };
}

/** Lambda starts a thousand instances of a function in ten seconds, and each begins with a miss. Connect takes 300 ms. */
async function coldFleet(): Promise<Result> {
  const { state, sleep, mints, instance, table } = world({ random: randomFrom(3) });
  state.answer = { lifetimeMs: day, takesMs: 300 };
  const { watch, peaks } = createWatch();
  const watched = watch(table, () => state.now);
  const starts = Array.from({ length: instances }, async (_, index) => {
    const vend = instance({ table: watched });
    await sleep(1 + index * 10);
    return vend();
  });
  const results = await Promise.all(starts);
  const served = results.filter(({ kind }) => kind === 'token').length;
  return { vends: instances, served, mints: mints.length, peaks: peaks() };
}
