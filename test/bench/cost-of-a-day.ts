import { day, minute } from '../support/token-world.ts';
import { arrivalsOf, runFleet } from './fleet-run.ts';
import { gigabytesLogged } from './logged-bytes.ts';
import { perVend, prices } from './prices.ts';
import type { Row } from './report.ts';

export const instances = 128;
export const tokens = 20;
/** A connection that is idle for so long has its table key decrypted anew. */
const keyCacheMinutes = 5;
const mintDays = 10;

/** A day of vends at an even rate: what it asks of each service, and the dollars. */
export async function costOfADay(): Promise<Row[]> {
  return [await row(10, 60), await row(1_000, 10)];
}

async function row(vendsASecond: number, minutes: number): Promise<Row> {
  const vends = vendsASecond * 86_400;
  const reads = await readsOfADay(vendsASecond, minutes);
  const { mints, writes, secretReads } = await mintsOfADay();
  const keyCalls = instances * ((24 * 60) / keyCacheMinutes) + secretReads;
  const logged = vends * (await gigabytesLogged());
  const dollars = {
    table: reads * prices.tableRead + writes * prices.tableWrite,
    keys: keyCalls * prices.keyCall + secretReads * prices.secretRead,
    log: logged * prices.logIngestion,
    lambda: vends * (prices.lambdaRequest + perVend.gigabyteSeconds * prices.lambdaDuration),
    gateway: vends * prices.apiRequest,
  };
  const sum = Object.values(dollars).reduce((total, one) => total + one, 0);
  return {
    'vends a second': vendsASecond,
    'vends a day': vends,
    mints,
    'table reads': reads,
    'table writes': writes,
    'secret reads, at most': secretReads,
    'KMS calls, at most': keyCalls,
    'log, GB': logged.toFixed(2),
    'Lambda, ms a vend': perVend.milliseconds,
    '$ table': dollars.table.toFixed(3),
    '$ secrets and KMS': dollars.keys.toFixed(3),
    '$ log': dollars.log.toFixed(2),
    '$ Lambda': dollars.lambda.toFixed(2),
    '$ API Gateway': dollars.gateway.toFixed(2),
    '$ a day': sum.toFixed(2),
    '$ a million vends': ((sum / vends) * 1e6).toFixed(2),
  };
}

/** By the reads of some minutes at the rate, after the first, in which every instance meets every token anew. */
async function readsOfADay(vendsASecond: number, minutes: number): Promise<number> {
  const fleet = { instances, tokens };
  const readsOf = async (lasts: number) =>
    (await runFleet(arrivalsOf({ ...fleet, vends: vendsASecond * 60 * lasts, lastsMs: lasts * minute })))
      .reads;
  const [short, long] = [await readsOf(minutes / 2), await readsOf(minutes)];
  return Math.round(((long - short) / (minutes / 2)) * 24 * 60);
}

/** What does not depend on the rate: by ten days at a vend in five seconds. */
async function mintsOfADay(): Promise<{ mints: number; writes: number; secretReads: number }> {
  const vends = (mintDays * 86_400) / 5;
  const run = await runFleet(arrivalsOf({ vends, instances, tokens, lastsMs: mintDays * day }));
  const aDay = (count: number) => Math.round(count / mintDays);
  return { mints: aDay(run.mints), writes: aDay(run.writes), secretReads: aDay(run.secretReads) };
}
