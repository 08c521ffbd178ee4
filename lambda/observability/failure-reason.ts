import type { Reason } from '../http/oauth-error.ts';
import type { Failure } from '../tokens/mint.ts';
import type { NoToken } from '../tokens/plan.ts';
import type { RevocationOutcome } from '../tokens/revocation.ts';

/** A failed mint's reason: the same word in the audit line, the refresh line and the metrics' dimensions. */
export function reasonOfFailure({
  kind,
}: Pick<Failure, 'kind'>): Extract<Reason, Failure['kind'] | 'upstream_unavailable'> {
  return kind === 'unavailable' ? 'upstream_unavailable' : kind;
}

/** Why Connect has not revoked a token. */
export function reasonOfRevocation({ kind }: Exclude<RevocationOutcome, { kind: 'revoked' }>): Reason {
  return kind === 'unavailable' ? 'upstream_unavailable' : kind;
}

/** Why there is no token, and in a back-off the `cause`: the failure that it follows. */
export function reasonFields(why: NoToken): { reason: Reason; cause?: Reason } {
  switch (why.kind) {
    case 'min_ttl':
    case 'min_ttl_too_long':
    case 'out_of_time':
      return { reason: why.kind };
    case 'back_off':
      return { reason: why.kind, cause: reasonOfFailure({ kind: why.cause }) };
    default:
      return { reason: reasonOfFailure(why) };
  }
}
