/**
 * Instacart Connect tokens from the token vending service: copy this file.
 *
 *     npm install @aws-sdk/credential-provider-node aws4fetch
 *
 *     const connect = connectTokens({ request: { scope: 'connect:fulfillment' } });
 *     const response = await connect.fetch('https://connect.instacart.com/v2/…');
 *
 * TOKEN_URL in the environment is the service's URL. Node 22.18 and newer run this file as it is; Node 20 runs what tsc
 * makes of it, or takes `npx tsx`. `TOKEN_URL=… node example.ts connect:fulfillment` runs the example beside it.
 *
 * Keep a token in the process for `expires_in` less 60 seconds, then ask again. That is what `token` and `fetch` do.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { AwsClient } from 'aws4fetch';

export type Address = {
  /** Default: TOKEN_URL. */
  tokenUrl?: string;
  /** The API's region. Default: the one that API Gateway's own name has in it, else AWS_REGION. */
  region?: string;
};

export type Options = Address & {
  /** Fields of a token request, as the service names them. Default of `grant_type`: client_credentials. */
  request?: {
    client_id?: string;
    grant_type?: string;
    scope?: string;
    user_id?: string;
    assertion?: string;
    min_ttl?: number;
  };
  retailerId?: string;
};

export type Code = { code: string; redirect_uri: string; code_verifier?: string };

type Token = { access_token: string; expires_in: number };

/** No token was vended. Without a `status` the service did not answer, and `cause` says why. */
export class ConnectTokenError extends Error {
  override readonly name = 'ConnectTokenError';
  readonly status: number | undefined;
  readonly error: string | undefined;
  readonly description: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, details: Partial<ConnectTokenError>) {
    super(message);
    Object.assign(this, details);
  }
}

export function connectTokens({ request = {}, retailerId, ...address }: Options = {}) {
  const tokenUrl = tokenUrlOf(address);
  const sign = createSigner(address);
  const headers = {
    'content-type': 'application/json',
    ...(retailerId !== undefined && { 'x-retailer-id': retailerId }),
  };
  let kept: { token: string; untilMs: number } | undefined;
  let pending: Promise<string> | undefined;

  /** The token that is kept, or a new one. All callers that need one at the same time share one request. */
  async function token(): Promise<string> {
    return kept !== undefined && Date.now() < kept.untilMs ? kept.token : renew({});
  }

  function renew(more: { refused_token_sha256?: string }): Promise<string> {
    pending ??= obtain(more).finally(() => {
      pending = undefined;
    });
    return pending;
  }

  async function obtain(more: object): Promise<string> {
    // By the wall clock, which goes on while a Lambda function is frozen.
    const sentAtMs = Date.now();
    const { access_token, expires_in } = await askUpToThreeTimes({ ...request, ...more });
    const spareSeconds = Math.max(60, request.min_ttl ?? 0);
    kept = { token: access_token, untilMs: sentAtMs + (expires_in - spareSeconds) * 1000 };
    return access_token;
  }

  async function askUpToThreeTimes(fields: object) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await ask({ grant_type: 'client_credentials', ...fields });
      } catch (error) {
        const mayPass =
          error instanceof ConnectTokenError && [undefined, 429, 503, 504].includes(error.status);
        if (!mayPass || attempt === 3) throw error;
        const pauseSeconds = error.retryAfterSeconds ?? attempt * (0.75 + Math.random() / 2);
        if (pauseSeconds > 30) throw error;
        await delay(pauseSeconds * 1000);
      }
    }
  }

  async function ask(fields: object): Promise<Token> {
    const signed = await sign(tokenUrl, { method: 'POST', headers, body: JSON.stringify(fields) });
    const response = await fetch(signed).catch(noAnswer);
    const text = await response.text().catch(noAnswer);
    const answer = parseObject(text);
    if (response.status === 200 && isToken(answer)) return answer;
    throw refusal(response, answer);
  }

  /** `fetch` with a token. If Connect refuses the token, has it renewed and sends the request once more. */
  async function fetchWithToken(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const send = (bearer: string) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${bearer}`);
      return fetch(url, { ...init, headers });
    };
    const first = await token();
    const response = await send(first);
    // A stream cannot be sent again.
    if (response.status !== 401 || init.body instanceof ReadableStream) return response;
    await response.body?.cancel();
    const refused_token_sha256 = createHash('sha256').update(first).digest('hex');
    // Another caller may have had it renewed by now.
    return send(await (kept?.token === first ? renew({ refused_token_sha256 }) : token()));
  }

  /** Spends a one-time code in one request, whatever happens to it: a code works once. Its token is not kept. */
  async function exchangeCode(code: Code): Promise<string> {
    const { client_id } = request;
    return (await ask({ client_id, ...code, grant_type: 'authorization_code' })).access_token;
  }

  return { token, fetch: fetchWithToken, exchangeCode };
}

type Init = Omit<RequestInit, 'body'> & { body?: unknown };

/**
 * A `fetch` that signs, as OAuth libraries take it: their bodies are URLSearchParams. It repeats nothing, follows no
 * redirect, and refuses other origins than the token URL's.
 */
export function signedFetch(address: Address = {}) {
  const sign = createSigner(address);
  return async (url: string, init: Init): Promise<Response> => fetch(await sign(url, init));
}

function createSigner(address: Address) {
  const { hostname, origin } = new URL(tokenUrlOf(address));
  const region =
    address.region ?? /\.execute-api\.([a-z0-9-]+)\./.exec(hostname)?.[1] ?? process.env['AWS_REGION'];
  if (!region) throw new Error("Set AWS_REGION to the API's region");
  const credentials = defaultProvider();
  return async (url: string, init: Init): Promise<Request> => {
    if (new URL(url).origin !== origin) throw new Error(`Only requests to ${origin} are signed`);
    // For each request anew: a role's credentials expire.
    const aws = new AwsClient({ ...(await credentials()), service: 'execute-api', region });
    // API Gateway gives up after 29 seconds.
    const signal = init.signal ?? AbortSignal.timeout(30_000);
    // A redirect would take code and session token to another address.
    return aws.sign(url, { ...init, body: String(init.body), signal, redirect: 'manual' });
  };
}

function tokenUrlOf({ tokenUrl = process.env['TOKEN_URL'] }: Address): string {
  if (!tokenUrl) throw new Error('Set TOKEN_URL to the URL of the token vending service');
  return tokenUrl;
}

function noAnswer(cause: unknown): never {
  throw new ConnectTokenError('The token vending service did not answer', { cause });
}

/** Any other text would end up in the error of the `fetch` that cannot send it. */
function isToken(answer: Record<string, unknown>): answer is Token {
  const { access_token, expires_in } = answer;
  const isText = typeof access_token === 'string' && /^[\x21-\x7e]+$/.test(access_token);
  return isText && typeof expires_in === 'number' && expires_in >= 0 && expires_in <= 1e9;
}

function refusal({ status, headers }: Response, answer: Record<string, unknown>): ConnectTokenError {
  const text = (name: string) => (typeof answer[name] === 'string' ? answer[name] : undefined);
  const [error, description, requestId] = ['error', 'error_description', 'request_id'].map(text);
  const retryAfter = /^\d{1,9}$/.exec(headers.get('retry-after') ?? '')?.[0];
  const pause = retryAfter === undefined ? '' : `, try again after ${retryAfter} s`;
  const said = error === undefined ? 'not an answer of the service' : `${error}: ${description}`;
  const retryAfterSeconds = retryAfter === undefined ? undefined : Number(retryAfter);
  const details = { status, error, description, requestId, retryAfterSeconds };
  return new ConnectTokenError(`${status} ${said} (request ${requestId}${pause})`, details);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
