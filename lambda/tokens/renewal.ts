import {
  type Attempt,
  claim,
  look,
  probe,
  type RenewalDependencies,
  type RenewalRequest,
  release,
  startAttempt,
  wait,
  write,
} from './attempt.ts';
import { briefPause, endedLease, failuresOf, pauseAfter, scopeOfFailure } from './lease.ts';
import { deadOnArrival, type Failure, type MintMode, type MintResult } from './mint.ts';
import { type Action, type Final, type NoToken, plan } from './plan.ts';
import { isRevoked } from './revoked.ts';
import { afterMint, isOfUse, suffices, type Token } from './token.ts';
import { point } from './token-pointer.ts';

/** `minted` is set where this request minted, whether or not it got what it minted. */
export type RenewalResult = (
  | { kind: 'token'; token: Token; source: Attempt['source']; whyNotRenewed: NoToken | undefined }
  | { kind: 'none'; why: NoToken; retryAfterMs: number | undefined }
) & { minted: MintResult | undefined; tableFault: string | undefined };

export type Renew = (request: RenewalRequest) => Promise<RenewalResult>;

/** Gets a token for one request: does what `plan` says, until it says to serve or to refuse. */
export function createRenew(dependencies: RenewalDependencies): Renew {
  return async function renew(request) {
    const attempt = startAttempt(request, dependencies);
    for (;;) {
      const action = nextAction(attempt);
      switch (action.kind) {
        case 'serve':
        case 'refuse':
          await release(attempt);
          if (isStillRight(attempt, action)) return resultOf(attempt, action);
          break;
        case 'look':
          await look(attempt);
          if (attempt.token.known.lacksPointer === true) await pointAgain(attempt);
          break;
        case 'wait':
          await wait(attempt);
          break;
        case 'claim':
          await claim(attempt, action);
          break;
        case 'probe':
          await probe(attempt, action);
          break;
        case 'mint':
          await mintNow(attempt, action);
          break;
      }
    }
  };
}

/** What was claimed takes time to give back, and the last seconds of a token do not wait. */
function isStillRight({ wanted, now }: Attempt, action: Final): boolean {
  return action.kind === 'refuse' || suffices(action.token, wanted.minTtlMs, now());
}

function nextAction(attempt: Attempt): Action {
  const { token, circuit, wanted, table, hasLooked, mints, signal, deadline } = attempt;
  const progress = {
    table: table.isOpen() ? ('open' as const) : ('closed' as const),
    hasLooked,
    hasClaimed: token.claim?.isOurs === true,
    isProbe: circuit.claim !== undefined,
    mints,
    isOutOfTime: signal.aborted || attempt.monotonic() >= deadline,
  };
  return plan(token.known, circuit.known.lease, wanted, progress, attempt.now());
}

/** The request that minted is told how its mint failed; the ones after it, that they are held back. */
function resultOf({ source, minted, failure, table, pointers }: Attempt, action: Final): RenewalResult {
  const record = { minted, tableFault: table.fault() ?? pointers.fault() };
  const told = (why: NoToken) => (why.kind === 'back_off' ? (failure ?? why) : why);
  if (action.kind === 'refuse')
    return { kind: 'none', why: told(action.why), retryAfterMs: action.retryAfterMs, ...record };
  const whyNotRenewed = action.whyNotRenewed === undefined ? failure : told(action.whyNotRenewed);
  return { kind: 'token', token: action.token, source, whyNotRenewed, ...record };
}

/** One mint, and what the fleet is told of it. */
async function mintNow(attempt: Attempt, { mode }: { mode: MintMode }): Promise<void> {
  const { token, mintRequest, signal } = attempt;
  const { token: before } = token.known;
  attempt.mints += 1;
  attempt.minted = await attempt.mint(mintRequest, mode, signal);
  attempt.table.reopen();
  const { outcome } = attempt.minted;
  attempt.failure = outcome.kind === 'token' ? undefined : outcome;
  // A request that was given up and ends late must not undo what a later one has learnt.
  // A token that is gone meanwhile was revoked: the new one takes its place.
  if (token.known.token !== before && token.known.token !== undefined) return;
  if (outcome.kind === 'token') await publish(attempt, outcome.token);
  else await recordFailure(attempt, outcome, mode);
}

async function publish(attempt: Attempt, minted: Token): Promise<void> {
  const { token: cell, now } = attempt;
  const { known } = cell;
  const token = afterMint(known.token, minted, now());
  const isDead = isRevoked(token, known.revoked);
  if (isDead || !isOfUse(token, now())) attempt.failure = deadOnArrival;
  if (!isDead && (attempt.failure === undefined || (known.token?.expiresAt ?? 0) < token.expiresAt)) {
    Object.assign(known, { token, isShared: false });
    attempt.source = 'mint';
  }
  const lease = attempt.failure && pauseAfter(known.lease, attempt.failure, now());
  const [written, , isPointedTo] = await Promise.all([
    write(attempt, cell, lease),
    closeCircuit(attempt),
    isDead ? undefined : point(attempt, token),
  ]);
  if (written === 'replaced') known.isShared = true;
  known.lacksPointer = isPointedTo === false;
}

/** The pointer of a token that was minted while the table failed. */
async function pointAgain(attempt: Attempt): Promise<void> {
  const { known } = attempt.token;
  known.lacksPointer = known.token !== undefined && !(await point(attempt, known.token));
}

/** Connect has answered well, or has refused one token for a reason of that token's own. */
async function closeCircuit(attempt: Attempt): Promise<void> {
  const { circuit, now } = attempt;
  if (failuresOf(circuit.known.lease, now()) > 0) await write(attempt, circuit, endedLease(undefined, now()));
}

/** A failure holds back the token or the whole client. An attempt that its request cut short proves nothing. */
async function recordFailure(attempt: Attempt, failure: Failure, mode: MintMode): Promise<void> {
  const { token, circuit, signal } = attempt;
  const now = attempt.now();
  const isUnanswered = mode === 'ahead' && failure.kind === 'unavailable' && !failure.isAnswered;
  const ended = { ...endedLease(token.known.lease, now), isUnanswered };
  if (signal.aborted || (isUnanswered && circuit.claim === undefined)) {
    await write(attempt, token, ended);
  } else if (scopeOfFailure(failure) === 'token') {
    await Promise.all([
      write(attempt, token, pauseAfter(token.known.lease, failure, now)),
      closeCircuit(attempt),
    ]);
  } else {
    await Promise.all([
      write(attempt, token, isUnanswered ? ended : briefPause(failure, now)),
      write(attempt, circuit, pauseAfter(circuit.known.lease, failure, now)),
    ]);
  }
}
