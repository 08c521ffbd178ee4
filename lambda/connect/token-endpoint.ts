import { setTimeout as sleep } from 'node:timers/promises';
import { tokenPath } from '../protocol/contract.ts';
import { encodeUserAssertion } from '../protocol/user-assertion.ts';
import type { MintRequest, Subject } from '../tokens/mint-request.ts';
import type { ClientCredentials } from './client-credentials.ts';
import { postToConnect } from './connect-request.ts';
import { type EvidencedResponse, readConnectResponse } from './token-response.ts';
import { readFailure } from './upstream-failure.ts';

/** `endsAt` is on the monotonic clock, in milliseconds; `maxAttempts` counts the first one too. */
type TimeLimit = { signal: AbortSignal; endsAt: number; maxAttempts: number };

/** The last response, and how many requests were sent. */
export type EndpointResult = { response: EvidencedResponse; attempts: number };

export type RequestToken = (
  request: MintRequest,
  credentials: ClientCredentials,
  limit: TimeLimit,
) => Promise<EndpointResult>;

export type ConnectClock = { now: () => number; monotonic: () => number };

/**
 * Connect's `POST /v2/oauth/token`. No attempt is cut short while there is time: a slow Connect is not down, and the token
 * of an abandoned request would belong to nobody. Network faults, 408, 425, 429, 5xx and what stands between us and Connect
 * are tried again. An authorization_code never is: a second use of a code can revoke the token of the first.
 */
export function createRequestToken({ now, monotonic }: ConnectClock): RequestToken {
  return async function requestToken(request, credentials, { signal, endsAt, maxAttempts }) {
    for (let attempts = 1; ; attempts++) {
      const response = await attemptOnce(request, credentials, signal, now);
      if (response.kind !== 'unavailable' || request.subject.kind === 'code' || attempts >= maxAttempts)
        return { response, attempts };
      const pauseMs = Math.max(response.retryAfterMs ?? 0, 100 * 2 ** attempts * (0.5 + Math.random()));
      if (signal.aborted || monotonic() + pauseMs >= endsAt) return { response, attempts };
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  };
}

async function attemptOnce(
  request: MintRequest,
  credentials: ClientCredentials,
  signal: AbortSignal,
  now: () => number,
): Promise<EvidencedResponse> {
  const sentAt = now();
  try {
    const url = new URL(tokenPath, request.client.baseUrl);
    const fields = fieldsOf(request, credentials);
    const { response, text } = await postToConnect(url, fields, { signal, headers: headersOf(request) });
    return readConnectResponse(response, text, request, sentAt);
  } catch (error) {
    return readFailure(error, request);
  }
}

function headersOf({ retailerId }: MintRequest): Record<string, string> {
  return retailerId === undefined ? {} : { 'x-retailer-id': retailerId };
}

function fieldsOf(
  { client, grantType, scopes, subject }: MintRequest,
  { clientId, clientSecret }: ClientCredentials,
): Record<string, string> {
  return {
    client_id: clientId,
    client_secret: clientSecret.reveal(),
    grant_type: grantType,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(client.scopeSeparator) }),
    ...subjectFields(subject),
  };
}

function subjectFields(subject: Subject): Record<string, string> {
  switch (subject.kind) {
    case 'application':
      return {};
    case 'user':
      return { assertion: encodeUserAssertion(subject.userId) };
    case 'opaque':
      return { assertion: subject.assertion.reveal() };
    case 'code':
      return {
        code: subject.code.reveal(),
        redirect_uri: subject.redirectUri,
        ...(subject.codeVerifier !== undefined && { code_verifier: subject.codeVerifier.reveal() }),
      };
  }
}
