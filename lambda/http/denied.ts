import type { AccessRequest, DenialReason } from '../policy/decision.ts';
import { describeDenial } from '../policy/denial.ts';
import type { Policy } from '../policy/policy.ts';
import type { Identity } from '../policy/principal.ts';
import { OAuthError } from './oauth-error.ts';

/** The error for what the policy does not grant this caller. `request` may lack what the reason is not about. */
export function denied(
  policy: Policy,
  caller: Identity,
  request: Partial<AccessRequest>,
  reason: DenialReason,
): OAuthError {
  return new OAuthError(reason, describeDenial(policy, caller, request, reason));
}
