const idleFor = 20_000;

/**
 * The `requestHandler` of an SDK client, times in milliseconds. A bare requestTimeout only warns. A connection that has
 * lain idle is closed and not used again: a frozen instance wakes with connections that NAT gateways and endpoints have
 * forgotten, after 350 s at the latest, and a request on such waits in vain.
 */
export function requestHandler({ connect, answer }: { connect: number; answer: number }) {
  const agent = { timeout: idleFor };
  return {
    connectionTimeout: connect,
    requestTimeout: answer,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  };
}
