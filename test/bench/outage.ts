import { createRefreshHandler } from '../../lambda/refresh/refresh-handler.ts';
import { scheduleEvent } from '../local/emulators/schedule-event.ts';
import { randomFrom } from '../support/random.ts';
import { type Answer, down } from '../support/simulated-connect.ts';
import { day, mintRequest, minute, world } from '../support/token-world.ts';
import type { Row } from './report.ts';

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
