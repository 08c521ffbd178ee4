import type { Lease } from '../../lambda/tokens/lease.ts';

/** The pause of a second after one failure, seen when it was written, unless it says otherwise. */
export function leaseOf({
  seenAt = Date.UTC(2026, 0, 1),
  lengthMs = 1_000,
  until = seenAt + lengthMs,
  ...more
}: Partial<Lease> = {}): Lease {
  return {
    isRunning: false,
    until,
    lengthMs,
    failures: 1,
    cause: 'unavailable',
    isUnanswered: false,
    seenAt,
    ...more,
  };
}

/** An attempt under way. */
export function runningLease({ lengthMs = 12_000, failures = 0, ...more }: Partial<Lease> = {}): Lease {
  return leaseOf({ isRunning: true, cause: undefined, lengthMs, failures, ...more });
}
