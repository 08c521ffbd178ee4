import fc from 'fast-check';
import type { FrozenClock } from './instance.ts';
import { identities } from './requests.ts';
import { type Spoiling, type Spot, spoilings } from './spoil.ts';
import type { FaultKind, Target } from './trouble.ts';

/** Before a step: so long, so many hundredths of a token's lifetime, or until a vended token has so long to live. */
export type Wait = { ms: number } | { ofLife: number } | { beforeEndMs: number };

export type Step = { wait: Wait } & (
  | { do: 'ask'; slot: number; who: number; times: number; minTtlOfLife?: number; refused?: true }
  | { do: 'stream'; who: number; times: number; everyMs: number }
  | { do: 'code'; slot: number; again: boolean }
  | {
      do: 'fault';
      target: Target;
      kind: FaultKind;
      lastsMs: number;
      share: number;
      retryAfterSeconds?: number;
    }
  | { do: 'spoil'; how: Spoiling; at: Spot }
  | { do: 'kill'; slot: number }
  | { do: 'jump'; slot: number; byMs: number }
  | { do: 'rotate'; how: Rotation; gapMs: number }
);

export const rotations = [
  'connectFirst',
  'secretFirst',
  'disabledEarly',
  'wrongPair',
  'wrongTwice',
  'samePair',
  'malformed',
] as const;
export type Rotation = (typeof rotations)[number];

export type Schedule = {
  seed: number;
  frozenClock: FrozenClock;
  aheadMs: number[];
  lifetimeMs: number;
  previous: 'kept' | 'revoked' | 'reused';
  reuseLimit: number;
  connectLatencyMs: number;
  keepWarm: boolean;
  steps: Step[];
};

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

const wait: fc.Arbitrary<Wait> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ ms: fc.integer({ min: 0, max: 1_500 }) }) },
  { weight: 3, arbitrary: fc.record({ ms: fc.integer({ min: second, max: 90 * second }) }) },
  { weight: 2, arbitrary: fc.record({ ms: fc.integer({ min: minute, max: 15 * minute }) }) },
  { weight: 2, arbitrary: fc.record({ ofLife: fc.integer({ min: 1, max: 110 }) }) },
  { weight: 1, arbitrary: fc.record({ beforeEndMs: fc.integer({ min: -second, max: 150 * second }) }) },
);
const slot = fc.integer({ min: 0, max: 4 });
const who = fc.integer({ min: 0, max: identities.length - 1 });
const times = fc.constantFrom(1, 1, 1, 2, 3);
const share = fc.constantFrom(1, 1, 0.5, 0.2);

const plainAsk = fc.record({ wait, do: fc.constant('ask' as const), slot, who, times });
const wishfulAsk = fc.record(
  {
    wait,
    do: fc.constant('ask' as const),
    slot,
    who,
    times,
    minTtlOfLife: fc.integer({ min: 1, max: 50 }),
    refused: fc.constant(true as const),
  },
  { requiredKeys: ['wait', 'do', 'slot', 'who', 'times'] },
);
/** Callers who go on asking, each time somewhere else. */
const stream = fc.record({
  wait,
  do: fc.constant('stream' as const),
  who,
  times: fc.integer({ min: 5, max: 100 }),
  everyMs: fc.integer({ min: 200, max: 10 * second }),
});
const code = fc.record({ wait, do: fc.constant('code' as const), slot, again: fc.boolean() });

const kinds: Record<Target, readonly FaultKind[]> = {
  table: ['failing', 'throttled', 'slow', 'lost', 'answerLost', 'doubled'],
  secrets: ['failing', 'throttled', 'slow', 'lost', 'denied'],
  connect: ['failing', 'throttled', 'slow', 'lost', 'answerLost', 'doubled', 'refusedConnection', 'html'],
};
const fault = fc.constantFrom<Target>('table', 'table', 'secrets', 'connect', 'connect').chain((target) =>
  fc.record(
    {
      wait,
      do: fc.constant('fault' as const),
      target: fc.constant(target),
      kind: fc.constantFrom(...kinds[target]),
      lastsMs: fc.oneof(
        fc.integer({ min: 100, max: 10 * second }),
        fc.integer({ min: 10 * second, max: 20 * minute }),
        fc.integer({ min: 20 * minute, max: 2 * hour }),
      ),
      share,
      retryAfterSeconds: fc.constantFrom(0, 1, 7, 30),
    },
    { requiredKeys: ['wait', 'do', 'target', 'kind', 'lastsMs', 'share'] },
  ),
);
const spoilStep = fc.record({
  wait,
  do: fc.constant('spoil' as const),
  how: fc.constantFrom(...spoilings),
  at: fc.record({ item: fc.nat(9), attribute: fc.nat(29) }),
});
const kill = fc.record({ wait, do: fc.constant('kill' as const), slot });
const jump = fc.record({
  wait,
  do: fc.constant('jump' as const),
  slot,
  byMs: fc.constantFrom(-3 * hour, -55 * second, -10 * second, 10 * second, 55 * second, 3 * hour),
});
const rotate = fc.record({
  wait,
  do: fc.constant('rotate' as const),
  how: fc.constantFrom(...rotations),
  gapMs: fc.integer({ min: second, max: 20 * minute }),
});

const steps = fc.oneof(
  { weight: 1, arbitrary: fc.array<Step>(plainAsk, { minLength: 3, maxLength: 30, size: 'medium' }) },
  {
    weight: 3,
    arbitrary: fc.array<Step>(
      fc.oneof(
        { weight: 14, arbitrary: plainAsk },
        { weight: 5, arbitrary: wishfulAsk },
        { weight: 1, arbitrary: stream },
        { weight: 2, arbitrary: code },
        { weight: 4, arbitrary: fault },
        { weight: 2, arbitrary: spoilStep },
        { weight: 1, arbitrary: kill },
        { weight: 1, arbitrary: jump },
        { weight: 2, arbitrary: rotate },
      ),
      { minLength: 3, maxLength: 30, size: 'medium' },
    ),
  },
);

const ahead = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(-60_000, -20_000, -1_000, 1_000, 12_000, 40_000, 60_000) },
);

/** Anything that may happen to a small fleet; shrinks to few, early and simple steps. */
export function scheduleOf(frozenClock: fc.Arbitrary<FrozenClock>): fc.Arbitrary<Schedule> {
  return fc.record({
    seed: fc.nat(1_000_000),
    frozenClock,
    aheadMs: fc.array(ahead, { minLength: 1, maxLength: 5 }),
    lifetimeMs: fc.constantFrom(24 * hour, hour, 10 * minute, minute),
    previous: fc.constantFrom('kept' as const, 'revoked' as const, 'reused' as const),
    reuseLimit: fc.constantFrom(0, 0.05, 0.1, 0.2),
    connectLatencyMs: fc.constantFrom(100, 50, 400, 1_500, 2_500, 6_000),
    keepWarm: fc.constantFrom(false, false, false, false, true),
    steps,
  });
}
