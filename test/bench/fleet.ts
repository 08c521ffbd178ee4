import { day, hour } from '../support/token-world.ts';
import { type Arrival, arrivalsOf, instanceAt, runFleet } from './fleet-run.ts';
import { gigabytesLogged } from './logged-bytes.ts';
import { perVend, prices } from './prices.ts';
import type { Row } from './report.ts';

const days = 90;

/** A new token only when the last has run out: nobody who serves these arrivals can do with fewer. */
function leastMints(arrivals: readonly Arrival[]): number {
  const expires = new Map<number, number>();
  let mints = 0;
  for (const { at, token } of arrivals) {
    if ((expires.get(token) ?? 0) > at) continue;
    expires.set(token, at + day);
    mints += 1;
  }
  return mints;
}

function mintsOfOneCacheEach(arrivals: readonly Arrival[]): number {
  const held = new Set<string>();
  for (const arrival of arrivals) held.add(`${instanceAt(arrival)} ${arrival.token}`);
  return held.size;
}

/** 90 days of a fleet. */
export async function simulateFleet(
  tokens: number,
  { vends = 1_000_000, instances = 1_000, minTtlHours = 0 } = {},
): Promise<Row> {
  const arrivals = arrivalsOf({ vends, instances, tokens, lastsMs: days * day });
  const run = await runFleet(arrivals, { minTtlMs: minTtlHours * hour });
  if (run.served < vends) throw new Error(`Not vended: ${vends - run.served}`);
  const least = leastMints(arrivals);
  const dollarsOfRun =
    run.reads * prices.tableRead + run.writes * prices.tableWrite + run.secretReads * prices.secretRead;
  const dollarsOfVend =
    prices.apiRequest +
    prices.lambdaRequest +
    prices.lambdaDuration * perVend.gigabyteSeconds +
    prices.logIngestion * (await gigabytesLogged());
  return {
    tokens,
    instances,
    '`min_ttl` in hours': minTtlHours,
    vends,
    mints: run.mints,
    'theoretical minimum': least,
    'mints ÷ minimum': (run.mints / least).toFixed(3),
    'one cache an instance ÷ minimum': (mintsOfOneCacheEach(arrivals) / least).toFixed(0),
    'table reads': run.reads,
    'table writes': run.writes,
    'secret reads, at most': run.secretReads,
    '$ a million vends': ((dollarsOfRun / vends + dollarsOfVend) * 1_000_000).toFixed(2),
  };
}
