import type { Reason } from '../http/oauth-error.ts';
import type { Failure } from '../tokens/back-off.ts';

/** A failed mint's reason: the same word in the audit line, the refresh line and the metrics' dimensions. */
export function reasonOfFailure({
  kind,
}: Failure): Extract<Reason, Failure['kind'] | 'upstream_unavailable'> {
  return kind === 'unavailable' ? 'upstream_unavailable' : kind;
}
