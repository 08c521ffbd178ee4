/**
 * Every `error` code in a response of the gateway or the function. The codes are stable, so callers may branch on them.
 * Source: RFC 6749 §5.2 and §4.1.2.1, RFC 8628 §3.5 (`slow_down`), Connect (`query_params_forbidden`).
 */
export type ErrorCode =
  | 'invalid_request'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'query_params_forbidden'
  | 'invalid_client'
  | 'slow_down'
  | 'server_error'
  | 'temporarily_unavailable';

/** The body of every response without a token. */
export type ErrorBody = { error: ErrorCode; error_description: string; request_id: string };
