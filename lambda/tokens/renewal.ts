import { setTimeout as sleep } from 'node:timers/promises';
import { clientKey, consequenceOf, type Failure, isHold, retryAfterOf, unavailable } from './back-off.ts';
import type { Mint, MintMode, MintResult } from './mint.ts';
import type { MintRequest } from './mint-request.ts';
import type { SharedBackOff, SharedLeave } from './shared-back-off.ts';
import { accessTable, type Patience, type TableAccess } from './table-access.ts';
import { afterRenewal, floor, identityOf, nextForced, type Token, tokenName } from './token.ts';
import type { Forced, Lease, Row, SharedToken, TokenTable } from './token-table.ts';

const leaseTime = 12_000;
/** A token that is of use for less counts as a failed mint. */
const shortestUse = 1_000;

/** What one instance asks of the fleet for one token. */
export type RenewalRequest = {
  order: MintRequest;
  /** What this instance has in memory, if anything, and the last renewal that was forced, as far as it knows. */
  known?: (SharedToken & { forced: Forced | undefined }) | undefined;
  effort: MintMode;
  /** Not to mint while the table is out of reach: there is a live token to vend, or nobody to vend one to. */
  needsLease: boolean;
  /**
   * - `vend`: this token serves
   * - `mint`: it does not, get another
   * - a number: it does not, and no other is to be had for so many milliseconds
   */
  verdict: (token: Token, forced: Forced | undefined) => 'vend' | 'mint' | number;
  /** SHA-256 of a token that Connect refused, as a caller says: its renewal is recorded with the lease. */
  refused: string | undefined;
};

/** `shared` is the newest token there is now, whether or not it serves. */
export type RenewalResult = {
  effort: MintMode;
  shared: SharedToken | undefined;
  forced: Forced | undefined;
  from: 'table' | 'mint' | 'memory';
  /** The table answered. */
  looked: boolean;
  mint?: MintResult;
  failure?: Failure;
  /** Milliseconds. */
  retryAfter?: number | undefined;
  tableFault: Error | undefined;
};

export type RenewalDependencies = {
  table: TokenTable;
  patience: Patience;
  mint: Mint;
  /** Reads the secret ahead of a mint, while the lease is being taken. */
  prepare: (order: MintRequest) => void;
  backOff: SharedBackOff;
  /** No two leases have the same owner. */
  newOwner: () => string;
  now: () => number;
  monotonic: () => number;
  pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  random: () => number;
};

export type Renew = (renewal: RenewalRequest, signal: AbortSignal) => Promise<RenewalResult>;

type Run = {
  renewal: RenewalRequest;
  key: string;
  access: TableAccess;
  signal: AbortSignal;
  shared: SharedToken | undefined;
  forced: Forced | undefined;
  from: RenewalResult['from'];
  looked: boolean;
};

type Turn = { owner: string; leave: SharedLeave };

/**
 * Gets one token renewed, by whoever in the fleet is quickest: looks at the table, takes the lease, mints, writes.
 * Losers wait for the holder, and mint only when it is dead. Without the table every instance mints for itself,
 * unless it is told to need the lease.
 */
export function createRenew({
  table,
  patience,
  mint,
  prepare,
  backOff,
  newOwner,
  now,
  monotonic,
  pause = waitFor,
  random,
}: RenewalDependencies): Renew {
  return async function renew(renewal, signal) {
    const identity = identityOf(renewal.order);
    const access = accessTable(table, identity, patience, monotonic);
    const run: Run = {
      renewal,
      key: tokenName(identity),
      access,
      signal,
      shared: renewal.known,
      forced: renewal.known?.forced,
      from: 'memory',
      looked: false,
    };
    // A brief renewal is of a token that was looked up within the minute: it goes for the lease at once.
    const settled = renewal.effort === 'full' ? await look(run) : undefined;
    return settled ?? contend(run);
  };

  async function look(run: Run): Promise<RenewalResult | undefined> {
    adopt(run, await run.access.read());
    return judge(run);
  }

  function adopt(run: Run, row: Row | undefined): void {
    if (row === undefined) return;
    run.looked = true;
    run.forced = later(run.forced, row.forced);
    if (row.shared === undefined) return;
    const newer = newerOf(run.shared, row.shared, now());
    if (newer === row.shared) run.from = 'table';
    run.shared = newer;
  }

  function judge(run: Run): RenewalResult | undefined {
    const verdict = run.shared === undefined ? 'mint' : run.renewal.verdict(run.shared.token, run.forced);
    if (verdict === 'mint') return undefined;
    return verdict === 'vend' ? resultOf(run) : resultOf(run, { retryAfter: verdict });
  }

  async function contend(run: Run): Promise<RenewalResult> {
    let over: Lease | undefined;
    let losses = 0;
    for (;;) {
      const turn = await takeTurn(run, over, losses);
      if (turn !== 'lost') return 'leave' in turn ? mintInTurn(run, turn) : resultOf(run, turn);
      if (run.renewal.effort === 'brief') {
        adopt(run, await run.access.read());
        return resultOf(run);
      }
      const waited = await waitForHolder(run);
      if ('shared' in waited) return waited;
      over = waited.over;
      losses = waited.isReadable ? 0 : losses + 1;
    }
  }

  /** The lease and leave to try, or why not. What the table says of failures and the secret are read alongside. */
  async function takeTurn(
    run: Run,
    over: Lease | undefined,
    losses: number,
  ): Promise<Turn | 'lost' | Pick<RenewalResult, 'failure' | 'retryAfter'>> {
    const { renewal, access, shared } = run;
    const keys = holdKeys(run);
    const hold = backOff.holding(keys.holding);
    if (hold !== undefined) return { failure: hold.failure, retryAfter: hold.milliseconds };
    prepare(renewal.order);
    const owner = newOwner();
    const until = now() + leaseTime;
    const isForced = shared !== undefined && shared.token.sha256 === renewal.refused;
    const forced = isForced ? nextForced(run.forced, shared.token, now()) : undefined;
    const claim = {
      owner,
      now: now(),
      until,
      keepUntil: Math.max(until, shared?.token.expiresAt ?? 0),
      seen: seenOf(shared),
      over,
      forced,
      regardless: losses >= manyLosses && over === undefined,
    };
    const [leased, seen] = await Promise.all([access.lease(claim), backOff.look(keys.shared, access)]);
    if (leased === false) return 'lost';
    if (leased === undefined && renewal.needsLease) {
      await release(access, owner);
      return { failure: unavailable };
    }
    const leave = await backOff.ask(keys.asked, seen, access);
    if (!isHold(leave)) {
      run.forced = later(run.forced, forced);
      return { owner, leave };
    }
    await release(access, owner);
    return { failure: leave.failure, retryAfter: leave.milliseconds };
  }

  /** A lease may be ours though the answer was lost: others are not to wait for it. */
  async function release(access: TableAccess, owner: string): Promise<void> {
    access.finish();
    await access.release(owner);
  }

  /** `isReadable`: the token to be replaced can be read there, so whoever was quicker has not written another yet. */
  async function waitForHolder(
    run: Run,
  ): Promise<RenewalResult | { over: Lease | undefined; isReadable: boolean }> {
    const { access, signal } = run;
    let watched: Lease | undefined;
    let since = monotonic();
    for (;;) {
      await pause(200 + 300 * random(), signal);
      if (signal.aborted) return resultOf(run, { failure: unavailable });
      access.waited();
      const row = await access.read();
      adopt(run, row);
      const settled = judge(run);
      if (settled !== undefined) return settled;
      const lease = row?.lease;
      const isReadable = row?.shared !== undefined && row.shared.generation === seenOf(run.shared);
      if (lease === undefined || lease.until < now()) return { over: undefined, isReadable };
      if (lease.owner !== watched?.owner) {
        watched = lease;
        since = monotonic();
      }
      // Its clock may be ahead of ours: the holder of a lease that has not changed for so long is taken for dead.
      if (monotonic() - since > leaseTime) return { over: lease, isReadable };
    }
  }

  async function mintInTurn(run: Run, turn: Turn): Promise<RenewalResult> {
    const { renewal, access, signal } = run;
    const minted = await mint(renewal.order, renewal.effort, signal);
    access.finish();
    const { outcome } = minted;
    if (outcome.kind === 'token') await keep(run, turn, outcome.token);
    else await giveUp(run, turn, outcome);
    const failure = outcome.kind === 'token' ? {} : { failure: outcome, retryAfter: retryAfterOf(outcome) };
    return resultOf(run, { mint: minted, ...failure });
  }

  /** A lease may be ours though the answer was lost: the table writes or releases only if it is. */
  async function keep(run: Run, { owner, leave }: Turn, minted: Token): Promise<void> {
    const { access } = run;
    const token = afterRenewal(run.shared?.token, minted, now());
    const left = token.expiresAt - now();
    const isBetter = run.shared === undefined || run.shared.token.expiresAt - now() < left;
    // All but dead on arrival: the next will hardly be better, so it must not be asked for at every request.
    const isOfUse = left >= floor(token) + shortestUse;
    const isKept = isOfUse || isBetter || token.broughtBack;
    const seen = seenOf(run.shared);
    const [written] = await Promise.all([
      isKept ? access.write(owner, { token, generation: seen + 1 }) : access.release(owner),
      backOff.succeededEverywhere(leave, access),
    ]);
    if (!isOfUse) backOff.failed(leave, run.key, unavailable);
    if (!isKept) return;
    // Unwritten, it comes after the one that it replaces, and before whatever the table has next.
    run.shared = { token, generation: written === true ? seen + 1 : seen + 0.5 };
    run.from = 'mint';
    if (written === false) adopt(run, await access.read());
  }

  async function giveUp(run: Run, { owner, leave }: Turn, outcome: Failure): Promise<void> {
    const { access, signal } = run;
    const { isWell, key, failure } = consequenceOf(outcome, holdKeys(run).asked, signal);
    await Promise.all([
      access.release(owner),
      isWell ? backOff.succeededEverywhere(leave, access) : undefined,
      key === undefined ? undefined : backOff.failedEverywhere(leave, key, failure, access),
    ]);
  }
}

/** As often as this somebody else was quicker, though no lease was to be seen: an item that cannot be read. */
const manyLosses = 5;

function resultOf(run: Run, more: Partial<RenewalResult> = {}): RenewalResult {
  const { renewal, shared, forced, from, looked, access } = run;
  return { effort: renewal.effort, shared, forced, from, looked, tableFault: access.fault(), ...more };
}

/**
 * Which of two comes later. What was minted without the lease has no whole number, so the clock must tell; if it stays,
 * it takes the place after the other. After the table has deleted an item, numbers begin again: a dead token's says
 * nothing.
 */
function newerOf(own: SharedToken | undefined, other: SharedToken, now: number): SharedToken {
  if (own === undefined || own.token.expiresAt <= now) return other;
  const isNumbered = Number.isInteger(own.generation) || own.token.sha256 === other.token.sha256;
  if (isNumbered) return other.generation > own.generation ? other : own;
  if (other.token.firstSeenAt >= own.token.firstSeenAt) return other;
  return { ...own, generation: Math.max(Math.floor(own.generation), other.generation) + 0.5 };
}

function later(one: Forced | undefined, other: Forced | undefined): Forced | undefined {
  return (one?.at ?? 0) > (other?.at ?? 0) ? one : other;
}

function seenOf(shared: SharedToken | undefined): number {
  return Math.floor(shared?.generation ?? 0);
}

type HoldKeys = { holding: string[]; asked: string[]; shared: string[] };

/**
 * A brief renewal may fail where a full mint would not, so it holds back renewals only; but it does not even try
 * while the client is held back.
 */
function holdKeys({ renewal: { order, effort }, key }: Run): HoldKeys {
  const [client, renewals] = [clientKey(order), renewalsKey(order)];
  if (effort === 'full') return { holding: [client, key], asked: [client, key], shared: [client] };
  return { holding: [client, renewals, key], asked: [renewals, key], shared: [renewals] };
}

function renewalsKey({ client }: MintRequest): string {
  return `renewals ${client.baseUrl} ${client.name}`;
}

async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
