import { setTimeout as sleep } from 'node:timers/promises';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { endpointOf } from '../aws/endpoints.ts';
import { createPost, type Posted } from '../aws/json-post.ts';

/**
 * One operation of DynamoDB's JSON protocol. Rejects with an error whose name is DynamoDB's name of what went wrong, or the
 * system's error code.
 */
export type SendToDynamoDB = (
  operation: 'GetItem' | 'UpdateItem',
  input: object,
  signal: AbortSignal,
) => Promise<Record<string, unknown>>;

const retriedAfterMs = 50;
/** A clock that is wrong by more makes AWS refuse what it signs. */
const maxSkewMs = 300_000;
const throttlingErrors = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
]);

/**
 * Does what the SDK's client does for two operations, with a twelfth of its code: every cold start loads this. The rules
 * are the SDK's: throttling, 5xx and failures of the network are tried again, with jitter, `maxAttempts` times in all,
 * and a clock that is wrong is put right by the answer's Date.
 */
export function createDynamoDBClient({ maxAttempts }: { maxAttempts: number }): SendToDynamoDB {
  // The variables are Lambda's and the SDK's, not the stack's.
  // biome-ignore lint/style/noProcessEnv: each client of the SDK reads them itself, too
  const { AWS_REGION: region = '', AWS_ENDPOINT_URL_DYNAMODB: override } = process.env;
  const url = endpointOf('dynamodb', region, override);
  const post = createPost(url);
  const signer = new SignatureV4({
    service: 'dynamodb',
    region,
    credentials: defaultProvider(),
    sha256: Hash.bind(null, 'sha256'),
  });
  let skewMs = 0;

  return async function send(operation, input, signal) {
    const body = JSON.stringify(input);
    for (let attempts = 1; ; attempts++) {
      const outcome = await attempt(operation, body, signal).catch((error: Error) => ({
        error,
        isPassing: true,
      }));
      if (!('error' in outcome)) return outcome.answer;
      if (!outcome.isPassing || attempts >= maxAttempts || signal.aborted) throw outcome.error;
      await sleep(retriedAfterMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
    }
  };

  async function attempt(operation: string, body: string, signal: AbortSignal) {
    const { headers } = await signer.sign(
      {
        method: 'POST',
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        headers: {
          host: url.host,
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': `DynamoDB_20120810.${operation}`,
        },
        body,
      },
      { signingDate: new Date(Date.now() + skewMs) },
    );
    const posted = await post(body, { ...headers, 'content-length': `${Buffer.byteLength(body)}` }, signal);
    const isCorrected = correctClock(posted);
    if (posted.status === 200) return { answer: JSON.parse(posted.text) as Record<string, unknown> };
    const name = errorName(posted);
    return {
      error: Object.assign(new Error(name), { name }),
      isPassing: posted.status >= 500 || throttlingErrors.has(name) || isCorrected,
    };
  }

  /** Whether the next attempt is signed with another time of day. */
  function correctClock({ date = '' }: Posted): boolean {
    const differenceMs = Date.parse(date) - Date.now();
    if (Number.isNaN(differenceMs) || Math.abs(differenceMs - skewMs) < maxSkewMs) return false;
    skewMs = differenceMs;
    return true;
  }
}

/** As in `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`; the message could quote what was sent. */
function errorName({ status, text }: Posted): string {
  return /"__type"\s*:\s*"(?:[^"#]*#)?(\w+)"/.exec(text)?.[1] ?? `Http${status}`;
}
