const maxIdleMs = 20_000;

/**
 * The `requestHandler` option of an SDK client. A bare requestTimeout only warns. A connection that was idle is closed
 * and not used again: while an instance is frozen, NAT gateways and endpoints forget its connections, after 350 s at
 * the latest, and a request on such a connection would wait in vain.
 */
export function clientOptions({
  connectTimeoutMs,
  responseTimeoutMs,
}: {
  connectTimeoutMs: number;
  responseTimeoutMs: number;
}) {
  const agent = { timeout: maxIdleMs };
  return {
    connectionTimeout: connectTimeoutMs,
    requestTimeout: responseTimeoutMs,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  };
}
