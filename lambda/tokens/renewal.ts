import {
  type Attempt,
  circuitOf,
  claim,
  isOutOfTime,
  look,
  probe,
  type RenewalDependencies,
  type RenewalRequest,
  release,
  setCircuit,
  setRow,
  startAttempt,
  wait,
} from './attempt.ts';
import { briefPause, endedLease, failuresOf, pauseAfter, scopeOfFailure } from './lease.ts';
import type { Failure, MintMode, MintResult } from './mint.ts';
import { type Action, type NoToken, plan } from './plan.ts';
import { afterMint, minimumLifeMs, type Token } from './token.ts';

/** A token that arrives with less life than this counts as a failed mint; a new one, with less than its minimum and this. */
const leastUseMs = 1_000;

/** `minted` is set where this request minted, whether or not it got what it minted. */
export type RenewalResult = (
  | { kind: 'token'; token: Token; source: Attempt['source']; insteadOf: NoToken | undefined }
  | { kind: 'none'; why: NoToken; retryAfterMs: number | undefined }
) & { minted: MintResult | undefined; tableFault: string | undefined };

export type Renew = (request: RenewalRequest) => Promise<RenewalResult>;

/** Gets a token for one request: does what `plan` says, until it says to serve or to refuse. */
export function createRenew(dependencies: RenewalDependencies): Renew {
  return async function renew(request) {
    const attempt = startAttempt(request, dependencies);
    let failure: Failure | undefined;
    for (;;) {
      const action = nextAction(attempt);
      switch (action.kind) {
        case 'serve':
        case 'refuse':
          await release(attempt);
          return resultOf(attempt, action, failure);
        case 'look':
          await look(attempt);
          break;
        case 'wait':
          await wait(attempt);
          break;
        case 'claim':
          await claim(attempt, action.mode, action.isForced);
          break;
        case 'probe':
          await probe(attempt, action.mode);
          break;
        case 'mint':
          failure = await mintNow(attempt, action.mode);
          break;
      }
    }
  };
}

function nextAction(attempt: Attempt): Action {
  const { known, wanted, table, hasLooked, claim: claimed, isProbe, mints, now } = attempt;
  const progress = {
    table: table.isOpen() ? ('open' as const) : ('closed' as const),
    hasLooked,
    hasClaimed: claimed?.isOurs === true,
    isProbe,
    mints,
    isOutOfTime: isOutOfTime(attempt),
  };
  return plan(known, circuitOf(attempt).lease, wanted, progress, now());
}

/** The request that minted is told how its last mint failed; the ones after it, that they are held back. */
function resultOf(
  { source, minted, table }: Attempt,
  action: Action & { kind: 'serve' | 'refuse' },
  failure: Failure | undefined,
): RenewalResult {
  const record = { minted, tableFault: table.fault() };
  const why = action.kind === 'serve' ? action.insteadOf : action.why;
  const told = why === undefined || why.kind === 'back_off' ? (failure ?? why) : why;
  if (action.kind === 'serve')
    return { kind: 'token', token: action.token, source, insteadOf: told, ...record };
  return { kind: 'none', why: told ?? action.why, retryAfterMs: action.retryAfterMs, ...record };
}

/** One mint, and what the fleet is told of it. Returns the failure, if it was one. */
async function mintNow(attempt: Attempt, mode: MintMode): Promise<Failure | undefined> {
  const { known, mintRequest, signal } = attempt;
  const { token: before } = known;
  attempt.mints += 1;
  attempt.minted = await attempt.mint(mintRequest, mode, signal);
  attempt.table.reopen();
  const { outcome } = attempt.minted;
  // A request that was given up and ends late must not undo what a later one has learnt.
  if (known.token !== before) return outcome.kind === 'token' ? undefined : outcome;
  if (outcome.kind === 'token') return publish(attempt, outcome.token);
  await recordFailure(attempt, outcome, mode);
  return outcome;
}

/** A token that is nearly dead on arrival is a failure: its successor must not be asked for at every request. */
const deadOnArrival: Failure = { kind: 'unavailable', retryAfterMs: undefined, isAnswered: true };

async function publish(attempt: Attempt, minted: Token): Promise<Failure | undefined> {
  const { known, now } = attempt;
  const token = afterMint(known.token, minted, now());
  const neededMs = token.reissuedAt === undefined ? minimumLifeMs(token) : 0;
  const isOfUse = token.expiresAt - now() >= neededMs + leastUseMs;
  if (isOfUse || (known.token?.expiresAt ?? 0) < token.expiresAt) {
    Object.assign(known, { token, isShared: false });
    attempt.source = 'mint';
  }
  const lease = isOfUse ? undefined : pauseAfter(known.lease, deadOnArrival, now());
  const [written] = await Promise.all([setRow(attempt, lease), closeCircuit(attempt)]);
  if (written === 'replaced') known.isShared = true;
  if (written === 'lost') await look(attempt);
  return isOfUse ? undefined : deadOnArrival;
}

/** Connect has answered well, or has refused one token for a reason of that token's own. */
async function closeCircuit(attempt: Attempt): Promise<void> {
  const { now } = attempt;
  if (failuresOf(circuitOf(attempt).lease, now()) > 0)
    await setCircuit(attempt, endedLease(undefined, now()));
}

/** What failed holds back the token or the whole client. An attempt that its request cut short proves nothing. */
async function recordFailure(attempt: Attempt, failure: Failure, mode: MintMode): Promise<void> {
  const { known, isProbe, signal, now } = attempt;
  const circuit = circuitOf(attempt).lease;
  const isUnanswered = mode === 'ahead' && failure.kind === 'unavailable' && !failure.isAnswered;
  const ended = { ...endedLease(known.lease, now()), isUnanswered };
  if (signal.aborted || (isUnanswered && !isProbe)) {
    await Promise.all([
      setRow(attempt, ended),
      isProbe ? setCircuit(attempt, endedLease(circuit, now())) : undefined,
    ]);
  } else if (scopeOfFailure(failure) === 'token') {
    await Promise.all([setRow(attempt, pauseAfter(known.lease, failure, now())), closeCircuit(attempt)]);
  } else {
    await Promise.all([
      setRow(attempt, isUnanswered ? ended : briefPause(failure, now())),
      setCircuit(attempt, pauseAfter(circuit, failure, now())),
    ]);
  }
  attempt.isProbe = false;
}
