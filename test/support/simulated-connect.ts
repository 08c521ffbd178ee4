import type { Failure, Mint, MintMode, MintOutcome, MintResult } from '../../lambda/tokens/mint.ts';
import type { MintRequest } from '../../lambda/tokens/mint-request.ts';
import { Secret } from '../../lambda/values/secret.ts';
import { timeBudget } from '../../lambda/values/time-budget.ts';
import type { Sleep, Time } from './virtual-clock.ts';

/** What Connect does next: it fails so, or issues a token of that lifetime, after so many milliseconds. */
export type Upstream = (Failure | { lifetimeMs: number; text?: string | undefined }) & { takesMs?: number };

/** A promise: the mint waits until the test says how it ends, also after its request was given up. */
export type Answer = Upstream | Promise<MintOutcome>;

export const down: Failure = { kind: 'unavailable', retryAfterMs: undefined, isAnswered: true };
export const silent: Failure = { kind: 'unavailable', retryAfterMs: undefined, isAnswered: false };

const limitsMs: Record<MintMode, number> = {
  ahead: timeBudget.aheadMintMs,
  onDemand: timeBudget.mintMs,
  scheduled: timeBudget.scheduledMintMs,
};

/** Mints as the real one does, with the time limits of its modes, before a Connect that does what the test says. */
export function simulateConnect(state: Time & { answer: Answer }, sleep: Sleep) {
  const mints: Array<{ mode: MintMode; at: number; client: string }> = [];
  /** Every token that Connect issued, in order, also where the mint did not wait for it; and when it ends. */
  const issued = new Map<string, number>();

  function issue(lifetimeMs: number, text = `token-${issued.size}`): string {
    const endsAt = issued.get(text);
    issued.delete(text);
    issued.set(text, Math.max(endsAt ?? 0, state.now + lifetimeMs));
    return text;
  }

  function tokenOutcome(lifetimeMs: number, text: string | undefined, sentAt: number): MintOutcome {
    const value = new Secret(issue(lifetimeMs, text));
    const times = { expiresAt: sentAt + lifetimeMs, firstSeenAt: sentAt, lifetimeMs, reissuedAt: undefined };
    return { kind: 'token', token: { value, sha256: value.sha256(), scopes: undefined, ...times } };
  }

  async function outcomeOf(mode: MintMode, signal: AbortSignal, now: () => number): Promise<MintOutcome> {
    const { answer } = state;
    if (answer instanceof Promise) return answer;
    const { takesMs = 0, ...upstream } = answer;
    const sentAt = now();
    const isLate = takesMs > limitsMs[mode];
    if (takesMs > 0) await sleep(Math.min(takesMs, limitsMs[mode]), signal);
    const isLost = isLate || signal.aborted;
    if (!('lifetimeMs' in upstream)) return isLost ? silent : upstream;
    const outcome = tokenOutcome(upstream.lifetimeMs, upstream.text, sentAt);
    return isLost ? silent : outcome;
  }

  /** A mint by an instance with that clock. */
  function mintBy(now: () => number): Mint {
    return async (request: MintRequest, mode, signal): Promise<MintResult> => {
      mints.push({ mode, at: state.now, client: request.client.name });
      const startedAt = state.now;
      const outcome = await outcomeOf(mode, signal, now);
      return {
        outcome,
        secretVersionId: 'v1',
        secretAgeMs: undefined,
        refusedCredentials: 0,
        isCurrentBad: false,
        attempts: 1,
        evidence: undefined,
        upstreamMs: state.now - startedAt,
        fault: undefined,
      };
    };
  }

  return { mints, issued, mintBy, tokenOutcome };
}
