import { setTimeout as sleep } from 'node:timers/promises';
import { type BoundedTable, boundTable, type TableBudget } from './bounded-table.ts';
import { cacheKey, circuitKey, partitionKey } from './cache-key.ts';
import { adopt, seen } from './known.ts';
import { attemptLease, endedLease, failuresOf, type Lease, pauseAfter, scopeOfFailure } from './lease.ts';
import type { Failure, Mint, MintMode, MintResult } from './mint.ts';
import type { MintRequest } from './mint-request.ts';
import { type Action, type Known, type NoToken, plan, type Wanted } from './plan.ts';
import { afterMint, nextForcedRenewal, type Token, isOfUse } from './token.ts';
import type { Revision, Row, TokenTable } from './token-table.ts';
import { leaseMs } from './time-budget.ts';

/** A client's circuit breaker, as this instance last saw it. */
export type Circuit = { lease: Lease | undefined; revision: Revision };

export type RenewalDependencies = {
  table: TokenTable;
  budget: TableBudget;
  mint: Mint;
  /** Reads the client's secret ahead of a mint, while the lease is being taken. */
  prepare: (request: MintRequest) => void;
  circuits: Map<string, Circuit>;
  /** No two are the same. */
  newRevision: () => string;
  now: () => number;
  monotonic: () => number;
  random: () => number;
};

/** `known` is brought up to date on the way. `deadline` is on the monotonic clock. */
export type RenewalRequest = {
  mintRequest: MintRequest;
  wanted: Wanted;
  known: Known;
  deadline: number;
  signal: AbortSignal;
};

export type RenewalResult = (
  | { kind: 'token'; token: Token; source: 'memory' | 'table' | 'mint' }
  | { kind: 'none'; why: NoToken; retryAfterMs: number | undefined }
) & { mint: MintResult | undefined; tableFault: string | undefined };

export type Renew = (request: RenewalRequest) => Promise<RenewalResult>;
