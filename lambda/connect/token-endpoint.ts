import { setTimeout as sleep } from 'node:timers/promises';
import { encodeUserAssertion } from '../protocol/user-assertion.ts';
import type { MintRequest, Subject } from '../tokens/mint-request.ts';
import type { ClientCredentials } from './client-credentials.ts';
import { type ConnectResponse, readConnectResponse, readFault } from './token-response.ts';

const maxAnswerBytes = 64 * 1024;

/** `endsAt` is on the monotonic clock, in milliseconds; `attempts` counts the first one too. */
type Patience = { signal: AbortSignal; endsAt: number; attempts: number };

export type RequestToken = (
  request: MintRequest,
  credentials: ClientCredentials,
  patience: Patience,
) => Promise<ConnectResponse>;

export type ConnectClock = { now: () => number; monotonic: () => number };

/**
 * Connect's `POST /v2/oauth/token`. Network faults, 408, 429 and 5xx are tried again while there is time; an
 * authorization_code never is, since a second use of a code can revoke the token of the first.
 */
export function createRequestToken({ now, monotonic }: ConnectClock): RequestToken {
  return async function requestToken(request, credentials, patience) {
    for (let attempt = 1; ; attempt++) {
      const answer = await attemptOnce(request, credentials, patience, now);
      if (answer.kind !== 'unavailable' || request.subject.kind === 'code' || attempt >= patience.attempts)
        return answer;
      const pause = Math.max(answer.retryAfterMs ?? 0, 100 * 2 ** attempt * (0.5 + Math.random()));
      if (patience.signal.aborted || monotonic() + pause >= patience.endsAt) return answer;
      await sleep(pause, undefined, { signal: patience.signal }).catch(() => undefined);
    }
  };
}

async function attemptOnce(
  request: MintRequest,
  credentials: ClientCredentials,
  patience: Patience,
  now: () => number,
): Promise<ConnectResponse> {
  const sentAt = now();
  try {
    const response = await fetch(new URL('/v2/oauth/token', request.client.baseUrl), {
      method: 'POST',
      headers: headersOf(request),
      body: bodyOf(request, credentials),
      // A followed 307 would send the secret on to wherever it points; unfollowed, it is simply no token.
      redirect: 'manual',
      signal: patience.signal,
    });
    const text = await readAtMost(response, maxAnswerBytes);
    return readConnectResponse(response, text, request, sentAt);
  } catch (error) {
    return readFault(error, request);
  }
}

function headersOf({ retailerId }: MintRequest): Record<string, string> {
  return {
    accept: 'application/json',
    'content-type': 'application/json',
    'user-agent': 'connect-token-vending',
    // Mints are hours apart, and Lambda freezes in between: a kept socket would be dead, and its reset would
    // leave the fate of a one-time code unknown.
    connection: 'close',
    ...(retailerId === undefined ? {} : { 'x-retailer-id': retailerId }),
  };
}

function bodyOf(
  { client, grantType, scopes, subject }: MintRequest,
  { clientId, clientSecret }: ClientCredentials,
): string {
  return JSON.stringify({
    client_id: clientId,
    client_secret: clientSecret.reveal(),
    grant_type: grantType,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(client.scopeSeparator) }),
    ...subjectFields(subject),
  });
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
      return { code: subject.code.reveal(), redirect_uri: subject.redirectUri };
  }
}

/** Undefined where the body is larger: its rest is not read. */
async function readAtMost({ body }: Response, limit: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
