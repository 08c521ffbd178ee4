import { timeBudget } from '../values/time-budget.ts';
import { type BoundedTable, boundTable, type TableBudget } from './bounded-table.ts';
import { cacheKey, circuitKey, partitionKey } from './cache-key.ts';
import { adopt, nothingKnown } from './known.ts';
import { attemptLease, endedLease, isSameLease, type Lease } from './lease.ts';
import type { Failure, Mint, MintMode, MintResult } from './mint.ts';
import type { MintRequest } from './mint-request.ts';
import type { Known, Wanted } from './plan.ts';
import { nextForcedRenewal } from './token.ts';
import type { TokenTable } from './token-table.ts';

export type RenewalDependencies = {
  table: TokenTable;
  budget: TableBudget;
  mint: Mint;
  /** Reads the client's secret ahead of the mint, while the lease is being claimed. */
  prepare: (request: Pick<MintRequest, 'client'>) => void;
  /** Each client's circuit breaker as this instance knows it, by `circuitKey`. */
  circuits: Map<string, Known>;
  /** No two are the same. */
  newRevision: () => string;
  /** Epoch milliseconds, which may jump, and milliseconds that only go forward within one request. */
  now: () => number;
  monotonic: () => number;
  random: () => number;
  /** Ends early, and never rejects, when the signal aborts. */
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
};

/** `known` is brought up to date on the way; `deadline` is on the monotonic clock. */
export type RenewalRequest = {
  mintRequest: MintRequest;
  wanted: Wanted;
  known: Known;
  deadline: number;
  signal: AbortSignal;
};

/** A row of the table, and this request's claim on its lease. A claim whose answer was lost may be ours all the same. */
type Cell = { key: string; known: Known; claim: Claim | undefined };
type Claim = { revision: string; isOurs: boolean; lease: Lease };

/** One request on its way to a token, by way of the token's row and its client's circuit. */
export type Attempt = Omit<RenewalRequest & RenewalDependencies, 'table' | 'known'> & {
  table: BoundedTable;
  /** The table apart from the rows: a pointer that cannot be written must not keep a token from its row. */
  pointers: BoundedTable;
  token: Cell;
  circuit: Cell;
  hasLooked: boolean;
  source: 'memory' | 'table' | 'mint';
  mints: number;
  minted: MintResult | undefined;
  failure: Failure | undefined;
};

export function startAttempt(
  { known, ...request }: RenewalRequest,
  dependencies: RenewalDependencies,
): Attempt {
  return {
    ...request,
    ...dependencies,
    table: boundTable(dependencies),
    pointers: boundTable(dependencies),
    token: { key: partitionKey(cacheKey(request.mintRequest)), known, claim: undefined },
    circuit: { ...circuitOf(request.mintRequest, dependencies), claim: undefined },
    hasLooked: false,
    source: 'memory',
    mints: 0,
    minted: undefined,
    failure: undefined,
  };
}

export function circuitOf({ client }: MintRequest, { circuits }: Pick<RenewalDependencies, 'circuits'>) {
  const key = circuitKey(client);
  const known = circuits.get(key) ?? nothingKnown(0);
  circuits.set(key, known);
  return { key, known };
}

/** Reads the token's row, and the client's circuit if it has failed: other instances may know more of it by now. */
export async function look(attempt: Attempt): Promise<void> {
  const { token, circuit, signal, now } = attempt;
  const hasFailed = (circuit.known.lease?.failures ?? 0) > 0;
  const [isNew] = await Promise.all([read(attempt, token), hasFailed ? read(attempt, circuit) : undefined]);
  if (signal.aborted) return;
  attempt.hasLooked = true;
  token.known.lookedAt = now();
  if (isNew === undefined) token.known.tableFailedAt = now();
  if (isNew === true) attempt.source = 'table';
}

/** Whether the row has a token that is new to this instance; undefined: the table is out of reach. */
async function read({ table, signal, now }: Attempt, { key, known }: Cell): Promise<boolean | undefined> {
  const stored = await table.read(key);
  // A request that was given up takes nothing over: a later one may know better.
  return stored === undefined || signal.aborted ? undefined : adopt(known, stored, now());
}

/**
 * Replaces a row and its lease, unless another instance has since the row was read: then what it wrote is read.
 * `revision` names the write.
 */
export async function write(
  attempt: Attempt,
  cell: Cell,
  lease: Lease | undefined,
  revision = attempt.newRevision(),
): Promise<'replaced' | 'lost' | undefined> {
  const { known, claim } = cell;
  const { token, forced, revoked } = known;
  const expected =
    claim?.isOurs === true ? [claim.revision] : [known.revision, ...(claim ? [claim.revision] : [])];
  const result = await attempt.table.replace(
    cell.key,
    { token, lease, forced, revoked },
    { next: revision, expected },
  );
  cell.claim = undefined;
  if (result === 'lost') {
    await (cell === attempt.token ? look(attempt) : read(attempt, cell));
    // A revocation replaces the row, and leaves the lease as it is.
    const isStillOurs = claim?.isOurs === true && isSameLease(known.lease, claim.lease);
    return isStillOurs ? write(attempt, cell, lease) : result;
  }
  known.lease = lease;
  if (result === 'replaced') known.revision = revision;
  return result;
}

/** Claims the token's lease. The client's circuit and its secret are read alongside. */
export async function claim(
  attempt: Attempt,
  { mode, isForced }: { mode: MintMode; isForced: boolean },
): Promise<void> {
  const { token, circuit, mintRequest, now } = attempt;
  const { known } = token;
  // Even a forced renewal that fails counts towards the next one's cooldown.
  if (isForced && known.token) known.forced = nextForcedRenewal(known.forced, known.token, now());
  attempt.prepare(mintRequest);
  const [claimed] = await Promise.all([claimLease(attempt, token, mode), read(attempt, circuit)]);
  if (claimed === undefined) known.tableFailedAt = now();
}

/** Claims the next attempt of a client that has failed, so that one instance tries at a time. */
export async function probe(attempt: Attempt, { mode }: { mode: MintMode }): Promise<void> {
  await claimLease(attempt, attempt.circuit, mode);
}

/** A lease lasts for as long as the mint may last. */
async function claimLease(
  attempt: Attempt,
  cell: Cell,
  mode: MintMode,
): Promise<'replaced' | 'lost' | undefined> {
  const lengthMs = mode === 'scheduled' ? timeBudget.scheduledLeaseMs : timeBudget.leaseMs;
  const lease = attemptLease(cell.known.lease, lengthMs, attempt.now());
  const revision = attempt.newRevision();
  const result = await write(attempt, cell, lease, revision);
  if (result !== 'lost') cell.claim = { revision, isOurs: result === 'replaced', lease };
  return result;
}

/** Gives back what was claimed and not used, also where the answer to a claim was lost. */
export async function release(attempt: Attempt): Promise<void> {
  const claimed = [attempt.token, attempt.circuit].filter((cell) => cell.claim !== undefined);
  if (claimed.length === 0) return;
  attempt.table.reopen();
  await Promise.all(claimed.map((cell) => write(attempt, cell, endedLease(cell.known.lease, attempt.now()))));
}

/** Waits for the instance that holds the lease, and then looks again. */
export async function wait(attempt: Attempt): Promise<void> {
  await attempt.sleep(200 + 300 * attempt.random(), attempt.signal);
  attempt.table.restartBudget();
  attempt.hasLooked = false;
  attempt.token.known.lookedAt = undefined;
}
