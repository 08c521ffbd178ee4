import type { DenialReason } from '../policy/policy.ts';
import type { ErrorCode } from '../protocol/error-codes.ts';

/** Why a request got no token: recorded in the audit line and as a metric's dimension, never answered. */
export type Reason =
  | DenialReason
  | 'path'
  | 'method'
  | 'query'
  | 'content_type'
  | 'size'
  | 'body'
  | 'field'
  | 'credential_in_body'
  | 'unsupported_grant_type'
  | 'unknown_scope'
  | 'scope_needs_another_grant_type'
  | 'scope_needed'
  | 'not_api_gateway'
  | 'invalid_grant'
  | 'credentials_refused'
  | 'query_params_forbidden'
  | 'not_entitled'
  | 'not_a_token'
  | 'upstream_unavailable'
  | 'secrets_unavailable'
  | 'min_ttl'
  | 'outcome_unknown'
  | 'out_of_time'
  | 'misconfigured'
  | 'bug';

/** What every error code is answered as, unless a refusal says otherwise. */
const statuses: Record<ErrorCode, number> = {
  invalid_request: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  invalid_grant: 400,
  unauthorized_client: 403,
  query_params_forbidden: 403,
  invalid_client: 403,
  slow_down: 429,
  server_error: 500,
  temporarily_unavailable: 503,
};

/**
 * A token request that is answered with an error. `description` reaches the caller as it is, so it is made of
 * fixed words and of names from Connect's table or the caller's own grants: never of what the request held.
 */
export class OAuthError extends Error {
  readonly code: ErrorCode;
  readonly reason: Reason;
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(
    code: ErrorCode,
    reason: Reason,
    description: string,
    { status = statuses[code], headers = {} }: { status?: number; headers?: Record<string, string> } = {},
  ) {
    super(description);
    this.name = 'OAuthError';
    this.code = code;
    this.reason = reason;
    this.status = status;
    this.headers = headers;
  }
}
