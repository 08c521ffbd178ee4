import { createRefreshHandler } from '../../lambda/refresh/refresh-handler.ts';
import { scheduleEvent } from '../local/emulators/schedule-event.ts';
import { randomFrom } from '../support/random.ts';
import { type Answer, down } from '../support/simulated-connect.ts';
import { day, hour, mintRequest, minute, world } from '../support/token-world.ts';
import { perVend, prices } from './prices.ts';
import type { Row } from './report.ts';

const days = 90;
const instanceLife = 2 * hour;

type Arrival = { at: number; slot: number; token: number };

/** The same every time, for the same seed. */
function arrivalsOf({
  vends,
  instances,
  tokens,
}: {
  vends: number;
  instances: number;
  tokens: number;
}): Arrival[] {
  const random = randomFrom(1);
  const arrivals = Array.from({ length: vends }, () => ({
    at: Math.floor(random() * days * day),
    slot: Math.floor(random() * instances),
    token: Math.floor(random() * tokens),
  }));
  return arrivals.sort((one, other) => one.at - other.at);
}

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

/** Which instance a slot has at a time: slots change theirs every two hours, not all at once. */
function instanceAt({ at, slot }: Arrival): string {
  const phase = (slot * 7_919_000) % instanceLife;
  return `${slot} ${Math.floor((at + phase) / instanceLife)}`;
}

function mintsOfOneCacheEach(arrivals: readonly Arrival[]): number {
  const held = new Set<string>();
  for (const arrival of arrivals) held.add(`${instanceAt(arrival)} ${arrival.token}`);
  return held.size;
}

/** 90 days of a fleet, by the real code on a virtual clock before a table in memory. */
export async function simulateFleet(
  tokens: number,
  { vends = 1_000_000, instances = 1_000, minTtlHours = 0 } = {},
): Promise<Row> {
  const arrivals = arrivalsOf({ vends, instances, tokens });
  const { state, mints, prepared, calls, pointers, instance } = world({
    random: randomFrom(2),
    maxTokens: 16,
  });
  const start = state.now;
  const fleet = new Map<number, { id: string; vend: ReturnType<typeof instance> }>();
  for (const arrival of arrivals) {
    state.now = Math.max(state.now, start + arrival.at);
    const id = instanceAt(arrival);
    let one = fleet.get(arrival.slot);
    if (one?.id !== id) {
      one = { id, vend: instance() };
      fleet.set(arrival.slot, one);
    }
    const vended = await one.vend({ key: `token ${arrival.token}`, minTtlMs: minTtlHours * hour });
    if (vended.kind !== 'token') throw new Error(`Not vended: ${vended.why.kind}`);
  }
  const least = leastMints(arrivals);
  const perMillion = 1_000_000 / vends;
  const dollars =
    (calls.reads * prices.tableRead +
      (calls.writes + pointers.writes) * prices.tableWrite +
      prepared.length * prices.secretRead) *
      perMillion +
    (prices.apiRequest +
      prices.lambdaRequest +
      prices.lambdaDuration * perVend.gigabyteSeconds +
      prices.logIngestion * perVend.gigabytesLogged) *
      1_000_000;
  return {
    tokens,
    instances,
    '`min_ttl` in hours': minTtlHours,
    vends,
    mints: mints.length,
    'theoretical minimum': least,
    'mints ÷ minimum': (mints.length / least).toFixed(3),
    'one cache an instance ÷ minimum': (mintsOfOneCacheEach(arrivals) / least).toFixed(0),
    'table reads': calls.reads,
    'table writes': calls.writes + pointers.writes,
    'secret reads, at most': prepared.length,
    '$ a million vends': dollars.toFixed(2),
  };
}

/** A thousand instances that miss one token at once; then with the holder of the lease killed in its mint. */
export async function coldMisses(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const killed of [false, true]) {
    const { state, sleep, mints, prepared, calls, pointers, instance } = world({ random: randomFrom(3) });
    state.answer = { lifetimeMs: day, takesMs: 300 };
    if (killed) {
      const answer: Answer = state.answer;
      state.answer = new Promise(() => undefined);
      void instance()();
      await sleep(0);
      state.answer = answer;
    }
    const vended = await Promise.all(Array.from({ length: 1_000 }, () => instance()()));
    rows.push({
      'cold misses at once': vended.length,
      'lease holder': killed ? 'killed while minting' : 'lives',
      mints: mints.length,
      'table reads': calls.reads,
      'table writes': calls.writes + pointers.writes,
      'secret reads, at most': prepared.length,
      served: vended.filter(({ kind }) => kind === 'token').length,
    });
  }
  return rows;
}

/**
 * Connect is down from a random phase of a token's life; the token is kept warm, and asked for. For comparison, a cache
 * that asks for the next token when the last has run out.
 */
export async function outageRideThrough(minutesDown: number, trials: number): Promise<Row> {
  const random = randomFrom(4);
  let vends = 0;
  let served = 0;
  let servedByOther = 0;
  for (let trial = 0; trial < trials; trial++) {
    const { state, instance, renewal } = world({ random });
    const { client, scopes } = mintRequest;
    const keepWarm = [{ client: client.name, scopes }];
    const refresh = createRefreshHandler({
      policy: { clients: [client], grants: [], keepWarm },
      renew: renewal({ mode: 'refresh' }).renew,
      recordRefresh: () => undefined,
      secretAge: async () => ({ versionId: undefined, ageMs: undefined, fault: undefined }),
      recordSecret: () => undefined,
      now: () => state.now,
      monotonic: () => state.now,
    });
    const start = state.now;
    const outage = start + day + random() * day;
    const fleet = Array.from({ length: 3 }, () => instance());
    const end = outage + minutesDown * minute;
    const nextExpiry = start + Math.ceil((outage - start) / day) * day;
    for (let at = 0; start + at < end; at += 5 * minute) {
      state.now = Math.max(state.now, start + at);
      const isDown = state.now >= outage;
      state.answer = isDown ? down : { lifetimeMs: day };
      const context = { getRemainingTimeInMillis: () => 300_000 };
      if (at % (15 * minute) === 0) await refresh(scheduleEvent(), context as never);
      if (!isDown) continue;
      for (const vend of fleet) {
        vends += 1;
        if (state.now < nextExpiry) servedByOther += 1;
        if ((await vend({ request: mintRequest })).kind === 'token') served += 1;
      }
    }
  }
  return {
    trials,
    'minutes down': minutesDown,
    vends,
    served,
    'share served': `${((100 * served) / vends).toFixed(2)} %`,
    'share served by a cache that renews at the end': `${((100 * servedByOther) / vends).toFixed(2)} %`,
  };
}
