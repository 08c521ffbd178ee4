import { expect, it } from 'vitest';
import { nothingKnown } from '../../lambda/tokens/known.ts';
import { failuresOf, type Lease, remainingMs } from '../../lambda/tokens/lease.ts';
import { type Action, type Known, type Progress, plan, type Wanted } from '../../lambda/tokens/plan.ts';
import { isExpired, suffices, type Token } from '../../lambda/tokens/token.ts';
import { leaseOf, runningLease } from '../support/leases.ts';
import { day, hour, minute, second } from '../support/token-world.ts';
import { tokenOf } from '../support/tokens.ts';

const now = Date.UTC(2026, 0, 2);
const both = [false, true];

const withLeft = (leftMs: number): Token => tokenOf({ firstSeenAt: now + leftMs - day });
const tokens = [
  undefined,
  withLeft(20 * hour),
  withLeft(hour),
  { ...withLeft(hour), reissuedAt: now - 2 * hour },
  withLeft(minute),
  withLeft(-1),
  withLeft(3 * day),
];
const leases = [
  undefined,
  runningLease({ seenAt: now - second }),
  runningLease({ seenAt: now - minute, isUnanswered: true }),
  leaseOf({ seenAt: now - 500 }),
  leaseOf({ seenAt: now - minute, isUnanswered: true }),
];
const circuits = [
  undefined,
  leaseOf({ seenAt: now - 500, failures: 2 }),
  leaseOf({ seenAt: now - 5 * second, failures: 2 }),
  leaseOf({ seenAt: now - minute, failures: 2 }),
  runningLease({ seenAt: now - second, failures: 2 }),
];

function* everyKnown(): Generator<Known> {
  for (const token of tokens)
    for (const lease of leases)
      for (const forced of [undefined, { at: now - 1, cooldownMs: minute }])
        for (const lookedAt of [now - 50 * second, now - minute])
          for (const tableFailedAt of [undefined, now - 50 * second])
            yield { ...nothingKnown(0), token, lease, forced, lookedAt, tableFailedAt };
}

function* everyWanted(): Generator<Wanted> {
  for (const by of ['caller', 'schedule'] as const)
    for (const minTtlMs of [0, 2 * hour, 2 * day])
      for (const keptMs of by === 'schedule' ? [0, 6 * hour] : [0])
        for (const refusedSha256 of [undefined, withLeft(0).sha256])
          yield { by, minTtlMs, keptMs, refusedSha256 };
}

function* everyProgress(): Generator<Progress> {
  for (const table of ['open', 'closed'] as const)
    for (const hasLooked of both)
      for (const hasClaimed of both)
        for (const isProbe of both)
          for (const mints of [0, 1, 2])
            for (const isOutOfTime of both)
              yield { table, hasLooked, hasClaimed, isProbe, mints, isOutOfTime };
}

type Situation = { known: Known; circuit: Lease | undefined; wanted: Wanted; progress: Progress };

/** What is wrong with that step in that situation; undefined: nothing. */
function wrongWith(action: Action, { known, circuit, wanted, progress }: Situation): string | undefined {
  const { token, lease } = known;
  const isLive = token !== undefined && suffices(token, wanted.minTtlMs, now);
  const isRefused = isLive && token.sha256 === wanted.refusedSha256;
  const isHeldBack = !progress.isProbe && remainingMs(circuit, now) > 0;
  const isOpen = progress.table === 'open';
  const rules: Record<Action['kind'], Record<string, boolean>> = {
    serve: {
      'a token that suffices': action.kind === 'serve' && action.token === token && isLive,
      'and is not expired': action.kind === 'serve' && !isExpired(action.token, now),
    },
    refuse: {
      'only without a live token': !isLive,
      'only after a look': progress.hasLooked || !isOpen || progress.isOutOfTime,
    },
    look: {
      'only at a table': isOpen,
      'never twice': !(progress.hasLooked && known.lookedAt === now - 50 * second),
    },
    wait: {
      'only for a lease that runs': isOpen && lease?.isRunning === true && remainingMs(lease, now) > 0,
      'never for itself': !progress.hasClaimed,
      'only where a new token is needed': !isLive || isRefused,
    },
    claim: {
      'only at a table': isOpen,
      'only while nobody holds it back': !isHeldBack && remainingMs(lease, now) === 0,
      'only once': !progress.hasClaimed,
    },
    probe: {
      'only with the claim, after failures': progress.hasClaimed && failuresOf(circuit, now) > 0,
      'only once': !progress.isProbe,
    },
    mint: {
      'only with the claim, or for a caller without a table and a token':
        progress.hasClaimed || (!isOpen && !isLive && wanted.by === 'caller'),
      'only while nothing holds it back': !isHeldBack,
      'twice at most': progress.mints < 2,
      'only with the probe, after failures':
        !progress.hasClaimed || progress.isProbe || failuresOf(circuit, now) === 0,
    },
  };
  const isFinal = action.kind === 'serve' || action.kind === 'refuse';
  const always = {
    'nothing is begun out of time': isFinal || !progress.isOutOfTime,
    'nothing but a look comes between a mint and its live token':
      isFinal || action.kind === 'look' || !(progress.mints > 0 && isLive),
  };
  const broken = Object.entries({ ...rules[action.kind], ...always }).find(([, isKept]) => !isKept);
  return broken && `${action.kind}: ${broken[0]}`;
}

it('each step keeps its rules, in every situation', () => {
  const wanteds = [...everyWanted()];
  const progresses = [...everyProgress()];
  const broken: string[] = [];
  const steps = new Map<string, number>();
  for (const known of everyKnown())
    for (const circuit of circuits)
      for (const wanted of wanteds)
        for (const progress of progresses) {
          const action = plan(known, circuit, wanted, progress, now);
          steps.set(action.kind, (steps.get(action.kind) ?? 0) + 1);
          const wrong = wrongWith(action, { known, circuit, wanted, progress });
          if (wrong !== undefined && broken.length < 5)
            broken.push(`${wrong} ${JSON.stringify({ known, circuit, wanted, progress })}`);
        }
  expect(broken).toEqual([]);
  expect([...steps.keys()].sort()).toEqual(['claim', 'look', 'mint', 'probe', 'refuse', 'serve', 'wait']);
  for (const count of steps.values()) expect(count).toBeGreaterThan(1_000);
});
