import type { ErrorCode } from '../protocol/error-codes.ts';

/**
 * Every reason why a request gets no token, by the step that finds it, with the `error` code and the HTTP status of the
 * response. The reason itself ends the response's description, and is in the audit line and the metrics.
 */
export const reasons = {
  out_of_time: { code: 'temporarily_unavailable', status: 504 },
  not_api_gateway: { code: 'invalid_request', status: 400 },

  // The request
  query: { code: 'query_params_forbidden', status: 403 },
  path: { code: 'invalid_request', status: 404 },
  method: { code: 'invalid_request', status: 405 },
  content_type: { code: 'invalid_request', status: 415 },
  size: { code: 'invalid_request', status: 413 },
  body: { code: 'invalid_request', status: 400 },
  field: { code: 'invalid_request', status: 400 },
  credential_in_body: { code: 'invalid_request', status: 400 },
  unsupported_grant_type: { code: 'unsupported_grant_type', status: 400 },
  unknown_scope: { code: 'invalid_scope', status: 400 },
  scope_needs_another_grant_type: { code: 'invalid_scope', status: 400 },

  // The caller and the policy
  caller: { code: 'unauthorized_client', status: 403 },
  client: { code: 'unauthorized_client', status: 403 },
  grant_type: { code: 'unauthorized_client', status: 403 },
  client_needed: { code: 'invalid_request', status: 400 },
  scope_needed: { code: 'invalid_scope', status: 400 },
  scope: { code: 'unauthorized_client', status: 403 },
  user: { code: 'unauthorized_client', status: 403 },
  redirect_uri: { code: 'unauthorized_client', status: 403 },
  retailer_id: { code: 'unauthorized_client', status: 403 },
  max_min_ttl: { code: 'unauthorized_client', status: 403 },
  revoke: { code: 'unauthorized_client', status: 403 },

  // The token
  back_off: { code: 'temporarily_unavailable', status: 503 },
  min_ttl: { code: 'temporarily_unavailable', status: 503 },
  min_ttl_too_long: { code: 'invalid_request', status: 400 },
  misconfigured: { code: 'server_error', status: 500 },
  secrets_unavailable: { code: 'temporarily_unavailable', status: 503 },
  upstream_unavailable: { code: 'temporarily_unavailable', status: 503 },
  outcome_unknown: { code: 'temporarily_unavailable', status: 504 },
  invalid_grant: { code: 'invalid_grant', status: 400 },
  credentials_refused: { code: 'server_error', status: 502 },
  query_params_forbidden: { code: 'server_error', status: 502 },
  not_entitled: { code: 'server_error', status: 502 },
  not_a_token: { code: 'server_error', status: 502 },

  // The revocation
  not_our_token: { code: 'unauthorized_client', status: 403 },
  not_revoked: { code: 'server_error', status: 502 },
  table_unavailable: { code: 'temporarily_unavailable', status: 503 },

  bug: { code: 'server_error', status: 500 },
} as const satisfies Record<string, { code: ErrorCode; status: number }>;

export type Reason = keyof typeof reasons;

/**
 * A token request that gets an error. The caller reads `description`. So a description consists of fixed words, of who
 * signed, and of names from Connect's table or from the caller's own grants. It never repeats what the request contained.
 */
export class OAuthError extends Error {
  readonly reason: Reason;
  readonly code: ErrorCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(reason: Reason, description: string, headers: Readonly<Record<string, string>> = {}) {
    super(description);
    this.name = 'OAuthError';
    this.reason = reason;
    this.code = reasons[reason].code;
    this.status = reasons[reason].status;
    this.headers = headers;
  }
}

/** `error_description`: the reason is the word to look up in the documents and to find in the audit line. */
export function withReason(description: string, reason: Reason): string {
  return `${description} (reason: ${reason})`;
}
