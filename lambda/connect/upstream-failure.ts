import type { UpstreamEvidence } from '../tokens/mint.ts';
import type { MintRequest } from '../tokens/mint-request.ts';
import type { ConnectResponse } from './token-response.ts';

/** A connection that never came about: by the failed system call, … */
const connectingCalls = new Set(['connect', 'getaddrinfo']);
/** … or by the error's code: DNS, time-outs while connecting, the TLS handshake, the certificate. */
const connectingCode =
  /^(?:ENOTFOUND|EAI_\w+|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|UNABLE_TO_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/;

type SystemError = { code?: unknown; syscall?: unknown; host?: unknown; errors?: unknown };

/** What no response means: nothing came of a request that was never sent; what came of one that was sent, nobody knows. */
export function readFailure(
  error: unknown,
  { subject }: MintRequest,
): ConnectResponse & { evidence: UpstreamEvidence } {
  const { isSent, evidence } = readFetchError(error);
  if (isSent && subject.kind === 'code') return { kind: 'outcome_unknown', evidence };
  return { kind: 'unavailable', retryAfterMs: undefined, isAnswered: !isSent, evidence };
}

/** fetch's error has the system's in its `cause`. */
export function readFetchError(error: unknown): { isSent: boolean; evidence: UpstreamEvidence } {
  const cause = ((error as Error).cause ?? error) as SystemError;
  return { isSent: !neverConnected(cause), evidence: { systemError: systemErrorOf(cause) } };
}

/** Node tries every address of a name, and reports all failures in an AggregateError. */
function neverConnected({ code, syscall, host, errors }: SystemError): boolean {
  if (Array.isArray(errors) && errors.length > 0)
    return errors.every((one) => neverConnected(one as SystemError));
  if (connectingCalls.has(String(syscall)) || connectingCode.test(String(code))) return true;
  // The other side closed the connection during the TLS handshake: no system call failed.
  return code === 'ECONNRESET' && syscall === undefined && host !== undefined;
}

/** The system's word, such as ENOTFOUND or CERT_HAS_EXPIRED: nothing that another text could hide in. */
function systemErrorOf({ code, errors }: SystemError): string {
  const [first] = Array.isArray(errors) ? (errors as SystemError[]) : [];
  const word = typeof code === 'string' ? code : first?.code;
  if (typeof word === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(word)) return word;
  return 'NO_ANSWER';
}
