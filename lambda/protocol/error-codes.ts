/**
 * Every `error` that the service answers, in the gateway and in the function. Stable: callers branch on them.
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

/** The body of every answer that is not a token. */
export type ErrorBody = { error: ErrorCode; error_description: string; request_id: string };
