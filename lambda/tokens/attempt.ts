import { timeBudget } from '../values/time-budget.ts';
import { type BoundedTable, boundTable, type TableBudget } from './bounded-table.ts';
import { cacheKey, circuitKey, partitionKey } from './cache-key.ts';
import { adopt } from './known.ts';
import { attemptLease, endedLease, type Lease } from './lease.ts';
import type { Mint, MintMode, MintResult } from './mint.ts';
import type { MintRequest } from './mint-request.ts';
import type { Known, Wanted } from './plan.ts';
import { nextForcedRenewal } from './token.ts';
import type { Revision, TokenTable } from './token-table.ts';

/** A client's circuit breaker, as this instance last saw it. */
export type Circuit = { lease: Lease | undefined; revision: Revision };

export type RenewalDependencies = {
  table: TokenTable;
  budget: TableBudget;
  mint: Mint;
  /** Reads the client's secret ahead of the mint, while the lease is being claimed. */
  prepare: (request: MintRequest) => void;
  /** By `circuitKey`. */
  circuits: Map<string, Circuit>;
  /** No two are the same. */
  newRevision: () => string;
  /** Epoch milliseconds, which may jump, and milliseconds that only go forward within one request. */
  now: () => number;
  monotonic: () => number;
  random: () => number;
  /** Ends early, and never rejects, when the signal aborts. */
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
};

export type RenewalRequest = {
  mintRequest: MintRequest;
  wanted: Wanted;
  /** Brought up to date on the way. */
  known: Known;
  /** On the monotonic clock. */
  deadline: number;
  signal: AbortSignal;
};

/** One request on its way to a token: what the steps of `renewal.ts` share. */
export type Attempt = RenewalRequest &
  Omit<RenewalDependencies, 'table'> & {
    table: BoundedTable;
    key: string;
    circuitKey: string;
    hasLooked: boolean;
    /** Revision of the claim on the token's lease. If its answer was lost, the lease may still be ours. */
    claim: { revision: string; isOurs: boolean } | undefined;
    isProbe: boolean;
    source: 'memory' | 'table' | 'mint';
    mints: number;
    minted: MintResult | undefined;
  };

export function startAttempt(request: RenewalRequest, dependencies: RenewalDependencies): Attempt {
  return {
    ...request,
    ...dependencies,
    table: boundTable(dependencies),
    key: partitionKey(cacheKey(request.mintRequest)),
    circuitKey: circuitKey(request.mintRequest.client),
    hasLooked: false,
    claim: undefined,
    isProbe: false,
    source: 'memory',
    mints: 0,
    minted: undefined,
  };
}

export function circuitOf({ circuits, circuitKey }: Attempt): Circuit {
  return circuits.get(circuitKey) ?? { lease: undefined, revision: undefined };
}

/** A request that was given up changes nothing that a later one may have learnt since. */
export function isOutOfTime({ signal, deadline, monotonic }: Attempt): boolean {
  return signal.aborted || monotonic() >= deadline;
}

/** Reads the token's row, and the client's circuit if it has failed: other instances may know more of it by now. */
export async function look(attempt: Attempt): Promise<void> {
  const { known, table, key, signal, now } = attempt;
  const hasFailed = (circuitOf(attempt).lease?.failures ?? 0) > 0;
  const [stored] = await Promise.all([table.read(key), hasFailed ? lookAtCircuit(attempt) : undefined]);
  if (signal.aborted) return;
  attempt.hasLooked = true;
  known.lookedAt = now();
  if (stored === undefined) known.tableFailedAt = now();
  else if (adopt(known, stored, now())) attempt.source = 'table';
}

/** Waits for the instance that holds the lease, and then looks again. */
export async function wait(attempt: Attempt): Promise<void> {
  await attempt.sleep(200 + 300 * attempt.random(), attempt.signal);
  attempt.table.restartBudget();
  lookAgain(attempt);
}

function lookAgain(attempt: Attempt): void {
  attempt.hasLooked = false;
  attempt.known.lookedAt = undefined;
}

/** Claims the token's lease. The client's circuit and its secret are read alongside. */
export async function claim(attempt: Attempt, mode: MintMode, isForced: boolean): Promise<void> {
  const { known, table, mintRequest, now } = attempt;
  attempt.prepare(mintRequest);
  const revision = attempt.newRevision();
  const lease = attemptLease(known.lease, leaseMsOf(mode), now());
  const forced = isForced && known.token ? nextForcedRenewal(known.forced, known.token, now()) : known.forced;
  const [claimed] = await Promise.all([
    table.replace(
      attempt.key,
      { token: known.token, lease, forced },
      { next: revision, expected: [known.revision] },
    ),
    lookAtCircuit(attempt),
  ]);
  if (claimed === 'lost') return lookAgain(attempt);
  attempt.claim = { revision, isOurs: claimed === 'replaced' };
  if (claimed === undefined) known.tableFailedAt = now();
  else Object.assign(known, { lease, forced, revision });
}

async function lookAtCircuit(attempt: Attempt): Promise<void> {
  const { table, circuits, circuitKey, now } = attempt;
  const stored = await table.read(circuitKey);
  // What this instance alone has found out since then stands until another instance finds out more.
  if (stored === undefined || stored.revision === circuitOf(attempt).revision) return;
  const lease = stored.row.lease && { ...stored.row.lease, seenAt: now() };
  circuits.set(circuitKey, { lease, revision: stored.revision });
}

/** Claims the next attempt of a client that has failed, so that one instance tries at a time. */
export async function probe(attempt: Attempt, mode: MintMode): Promise<void> {
  const lease = attemptLease(circuitOf(attempt).lease, leaseMsOf(mode), attempt.now());
  const claimed = await setCircuit(attempt, lease);
  if (claimed === 'lost') await lookAtCircuit(attempt);
  else attempt.isProbe = true;
}

/** Sets the client's circuit: in memory, and in the table unless another instance has since it was read. */
export async function setCircuit(attempt: Attempt, lease: Lease): Promise<'replaced' | 'lost' | undefined> {
  const { table, circuits, circuitKey } = attempt;
  const next = attempt.newRevision();
  const { revision } = circuitOf(attempt);
  const result = await table.replace(
    circuitKey,
    { token: undefined, lease, forced: undefined },
    { next, expected: [revision] },
  );
  circuits.set(circuitKey, { lease, revision: result === 'replaced' ? next : revision });
  return result;
}

/** Writes the token's row in place of the claim, or of what was read before a claim whose answer was lost. */
export async function setRow(
  attempt: Attempt,
  lease: Lease | undefined,
): Promise<'replaced' | 'lost' | undefined> {
  const { known, claim, table, key } = attempt;
  const next = attempt.newRevision();
  const expected = claim?.isOurs === true ? [claim.revision] : [claim?.revision, known.revision];
  const { token, forced } = known;
  const result = await table.replace(key, { token, lease, forced }, { next, expected });
  attempt.claim = undefined;
  known.lease = lease;
  if (result === 'replaced') known.revision = next;
  return result;
}

/** Gives back what was claimed and not used, also where the answer to the claim was lost. */
export async function release(attempt: Attempt): Promise<void> {
  const { claim, isProbe, table, known, now } = attempt;
  if (claim === undefined) return;
  table.reopen();
  await Promise.all([
    setRow(attempt, endedLease(known.lease, now())),
    isProbe ? setCircuit(attempt, endedLease(circuitOf(attempt).lease, now())) : undefined,
  ]);
}

function leaseMsOf(mode: MintMode): number {
  return mode === 'scheduled' ? timeBudget.scheduledLeaseMs : timeBudget.leaseMs;
}
