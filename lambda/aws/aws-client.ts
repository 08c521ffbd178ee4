import { setTimeout as sleep } from 'node:timers/promises';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsFault, unreadable } from './aws-fault.ts';
import { endpointOf } from './endpoints.ts';
import { createPost, type Posted, type PostTimeouts } from './json-post.ts';
import { roleCredentials } from './role-credentials.ts';

/** One operation of a service's JSON protocol. Rejects with an AwsFault. */
export type CallAws = (
  operation: string,
  input: object,
  signal: AbortSignal,
) => Promise<Record<string, unknown>>;

export type AwsClientOptions = PostTimeouts & {
  service: string;
  /** What stands before the operation's name in `X-Amz-Target`. */
  targetPrefix: string;
  jsonVersion: '1.0' | '1.1';
  /** The SDK's variable for a URL in place of the region's own; `AWS_ENDPOINT_URL` is for every service. */
  endpointVariable: string;
  /** How often a call is sent at most. */
  maxAttempts: number;
};

const firstPauseMs = 50;
/** A clock that is wrong by more makes AWS refuse what it signs. */
const maxSkewMs = 240_000;
/** No clock is wrong by more, so such a Date is: a century. */
const maxCorrectionMs = 100 * 365 * 86_400_000;
/** A response that took longer was held up while the instance was frozen: its Date is not the present. */
const maxExchangeMs = 10_000;
const passingStatuses = new Set([429, 500, 502, 503, 504]);
const throttlingErrors = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

type Outcome = { answer: Record<string, unknown> } | { fault: AwsFault; isPassing: boolean };

/**
 * Does what the SDK's clients do, for what the functions call, in a tenth of their code: every cold start loads this.
 * Throttling, 5xx and failures of the network are tried again, with jitter, `maxAttempts` times in all, and a clock that is
 * wrong is put right by the response's Date.
 */
export function createAwsClient({ maxAttempts, endpointVariable, ...options }: AwsClientOptions): CallAws {
  const { service, targetPrefix, jsonVersion } = options;
  // biome-ignore lint/style/noProcessEnv: the variables are Lambda's and the SDK's, not the stack's
  const { AWS_REGION: region = '', AWS_ENDPOINT_URL: everywhere, [endpointVariable]: endpoint } = process.env;
  const url = endpointOf(service, region, endpoint || everywhere);
  const post = createPost(url, options);
  const signer = new SignatureV4({
    service,
    region,
    credentials: roleCredentials,
    sha256: Hash.bind(null, 'sha256'),
  });
  let skewMs = 0;

  return async function call(operation, input, signal) {
    const body = JSON.stringify(input);
    for (let attempts = 1; ; attempts++) {
      const outcome = await attempt(operation, body, signal);
      if ('answer' in outcome) return outcome.answer;
      if (!outcome.isPassing || attempts >= maxAttempts || signal.aborted) throw outcome.fault;
      const pauseMs = firstPauseMs * 2 ** (attempts - 1) * (0.5 + Math.random());
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  };

  async function attempt(operation: string, body: string, signal: AbortSignal): Promise<Outcome> {
    const signed = { skewMs, atMs: Date.now() };
    const headers = await sign(operation, body);
    try {
      const posted = await post(body, headers, signal);
      const isCorrected = correctClock(posted, signed);
      if (posted.status === 200) return { answer: parse(posted.text) };
      const fault = faultOf(posted);
      const isPassing = passingStatuses.has(posted.status) || throttlingErrors.has(fault.name) || isCorrected;
      return { fault, isPassing };
    } catch (error) {
      const fault = error as AwsFault;
      return { fault, isPassing: fault.name !== unreadable };
    }
  }

  async function sign(operation: string, body: string): Promise<Record<string, string>> {
    const headers = {
      host: url.host,
      'content-type': `application/x-amz-json-${jsonVersion}`,
      'user-agent': 'connect-token-vending',
      'x-amz-target': `${targetPrefix}.${operation}`,
    };
    const { protocol, hostname, pathname: path } = url;
    const signed = await signer.sign(
      { method: 'POST', protocol, hostname, path, headers, body },
      { signingDate: new Date(Date.now() + skewMs) },
    );
    return signed.headers;
  }

  /** Whether the next attempt is signed with another time of day, be it put right by this response or by another. */
  function correctClock(
    { headers: { date = '' } }: Posted,
    signed: { skewMs: number; atMs: number },
  ): boolean {
    const nowMs = Date.now();
    const differenceMs = Date.parse(date) - nowMs;
    const isHeldUp = nowMs - signed.atMs > maxExchangeMs;
    // NaN is not less.
    if (isHeldUp || !(Math.abs(differenceMs) < maxCorrectionMs)) return false;
    if (Math.abs(differenceMs - signed.skewMs) < maxSkewMs) return false;
    skewMs = differenceMs;
    return true;
  }
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message would quote the response.
  }
  if (typeof value !== 'object' || value === null) throw new AwsFault(unreadable);
  return value as Record<string, unknown>;
}

/** The name is as in `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`. */
function faultOf({ status, text }: Posted): AwsFault {
  let said: Record<string, unknown> = {};
  try {
    said = parse(text);
  } catch {
    // What stands before the service has answered.
  }
  const { __type: type, message, Message } = said;
  const [code = ''] = typeof type === 'string' ? type.split(':', 1) : [];
  const [name] = /\w+$/.exec(code) ?? [`Http${status}`];
  const [words = ''] = [message, Message].filter((one) => typeof one === 'string');
  return new AwsFault(name, words);
}
