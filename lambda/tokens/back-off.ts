import QuickLRU from 'quick-lru';
import type { MintOutcome } from './mint.ts';
import type { MintRequest } from './mint-request.ts';

const firstPause = 1_000;
const longestPause = 30_000;
/** Longest that Connect's own Retry-After is heeded. */
const longestHeeded = 60_000;
/** A failure this long past says nothing any more. */
const forgottenAfter = 600_000;

export type Failure = Exclude<MintOutcome, { kind: 'token' }>;

export const unavailable: Failure = { kind: 'unavailable', retryAfter: undefined };

export type Hold = { failure: Failure; milliseconds: number };

/** Leave to try once; give the outcome back with it. */
export type Leave = { keys: readonly string[]; failuresBefore: ReadonlyMap<string, number> };

export type BackOff = {
  /** The failure that holds attempts back now, and for how much longer. */
  holding: (keys: readonly string[]) => Hold | undefined;
  /** Leave to try now, or what holds it back. */
  ask: (keys: readonly string[]) => Leave | Hold;
  /** After 1 s one more attempt gets leave, then after 2 s, and so on to 30 s. */
  failed: (leave: Leave, key: string, failure: Failure) => void;
  succeeded: (leave: Leave) => void;
  /** Takes over what another instance has found out. */
  hold: (key: string, failure: Failure, failures: number, milliseconds: number) => void;
};

export function isHold(answer: object): answer is Hold {
  return 'failure' in answer;
}

/** Milliseconds until the next attempt: longer than our own pause where Connect asked for it. */
export function pauseAfter(failures: number, failure?: Failure): number {
  const asked = (failure && retryAfterOf(failure)) ?? 0;
  return Math.max(Math.min(firstPause * 2 ** (failures - 1), longestPause), Math.min(asked, longestHeeded));
}

/** Milliseconds that Connect asked for. */
export function retryAfterOf(failure: Failure): number | undefined {
  return failure.kind === 'unavailable' ? failure.retryAfter : undefined;
}

export function clientKey({ client }: MintRequest): string {
  return `client ${client.baseUrl} ${client.name}`;
}

/** What says nothing about the client's other tokens. */
const ofOneToken: ReadonlySet<Failure['kind']> = new Set(['invalid_grant', 'not_entitled', 'not_a_token']);

/** `isWell`: Connect has answered, so nothing else is held back. `key`: what is held back, by `failure`; undefined: nothing. */
export type Consequence = { isWell: boolean; key: string | undefined; failure: Failure };

/**
 * What a failed mint means for later ones. `keys` has the client's first and, if it has one, the token's own second.
 * A refusal of one token proves Connect to be well; a request that ran out of its own time proves nothing.
 */
export function consequenceOf(
  failure: Failure,
  [client, own]: readonly string[],
  signal: AbortSignal,
): Consequence {
  if (ofOneToken.has(failure.kind)) return { isWell: true, key: own, failure };
  // That one code's fate is unknown is nobody else's affair: to others Connect is unavailable.
  const held = failure.kind === 'outcome_unknown' ? unavailable : failure;
  return { isWell: false, key: signal.aborted ? undefined : client, failure: held };
}

/**
 * Holds attempts back after failures; keeps `most` keys, twice as many in passing, and forgets those that nobody asks
 * for. Attempts that began side by side and fail together count as one failure.
 */
export function createBackOff(monotonic: () => number, most = 1_000): BackOff {
  const held = new QuickLRU<string, { failure: Failure; failures: number; until: number }>({ maxSize: most });

  function entriesOf(keys: readonly string[]) {
    return keys.map((key) => held.get(key)).filter((entry) => entry !== undefined);
  }

  function holding(keys: readonly string[]): Hold | undefined {
    const time = monotonic();
    for (const key of keys) if ((held.get(key)?.until ?? time) < time - forgottenAfter) held.delete(key);
    const entry = entriesOf(keys).find(({ until }) => until > time);
    return entry && { failure: entry.failure, milliseconds: entry.until - time };
  }

  function ask(keys: readonly string[]): Leave | Hold {
    const hold = holding(keys);
    if (hold !== undefined) return hold;
    // Whoever comes first after a pause tries alone: the others wait for what comes of it.
    for (const entry of entriesOf(keys)) entry.until = monotonic() + pauseAfter(entry.failures);
    return { keys, failuresBefore: new Map(keys.map((key) => [key, held.get(key)?.failures ?? 0])) };
  }

  function failed({ failuresBefore }: Leave, key: string, failure: Failure): void {
    const failures = (failuresBefore.get(key) ?? 0) + 1;
    if ((held.get(key)?.failures ?? 0) >= failures) return;
    held.set(key, { failure, failures, until: monotonic() + pauseAfter(failures, failure) });
  }

  function succeeded({ keys }: Leave): void {
    for (const key of keys) held.delete(key);
  }

  function hold(key: string, failure: Failure, failures: number, milliseconds: number): void {
    held.set(key, { failure, failures, until: monotonic() + Math.min(milliseconds, longestHeeded) });
  }

  return { holding, ask, failed, succeeded, hold };
}
