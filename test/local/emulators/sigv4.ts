import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { parseAuthorization } from './authorization-header.ts';
import { canonicalRequest, type SignedRequest } from './canonical-request.ts';
import { signingTime } from './signing-time.ts';

const maxClockDifferenceMs = 5 * 60_000;

export type AccessKey = { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };

/** A key, and the clock of its holder where that is not the verifier's. */
export type Signer = AccessKey & { now?: () => number };

/** In API Gateway's words for what is wrong. `accessKeyId`: as the request says, whether or not its holder signed. */
export type Verdict =
  | { kind: 'signed'; accessKeyId: string }
  | { kind: 'MISSING_AUTHENTICATION_TOKEN'; because: string }
  | { kind: 'INVALID_SIGNATURE'; because: string; accessKeyId?: string };

type Expected = { service: string; region: string; keys: readonly Signer[]; now: number };

/** Verifies AWS Signature Version 4 in the `Authorization` header. */
export function verifySignature(request: SignedRequest, expected: Expected): Verdict {
  const { headers } = request;
  const [text = '', ...more] = headers['authorization'] ?? [];
  const authorization = more.length > 0 ? undefined : parseAuthorization(text);
  if (authorization === undefined)
    return { kind: 'MISSING_AUTHENTICATION_TOKEN', because: 'not Signature Version 4' };
  if (typeof authorization === 'string') return { kind: 'INVALID_SIGNATURE', because: authorization };
  const { accessKeyId, day, region, service, signedHeaders, signature } = authorization;
  const invalid = (because: string): Verdict => ({ kind: 'INVALID_SIGNATURE', because, accessKeyId });

  if (service !== expected.service || region !== expected.region)
    return invalid(`signed for ${service} in ${region}`);
  const key = expected.keys.find((known) => known.accessKeyId === accessKeyId);
  if (key === undefined) return invalid('unknown access key');
  if (headers['x-amz-security-token']?.join() !== key.sessionToken) return invalid('another session token');

  const time = signingTime(headers);
  if (time === undefined) return invalid('no date');
  if (!time.stamp.startsWith(`${day}T`)) return invalid('another date than the credential scope');
  const now = key.now?.() ?? expected.now;
  if (Math.abs(now - time.atMs) > maxClockDifferenceMs) return invalid('clock more than five minutes off');

  const fault = signedHeadersFault(signedHeaders, Object.keys(headers));
  if (fault !== undefined) return invalid(fault);
  const bodyHash = sha256(request.body);
  const claimed = headers['x-amz-content-sha256'];
  if (claimed !== undefined && claimed.join() !== bodyHash) return invalid('another body than was hashed');

  const canonical = canonicalRequest(request, signedHeaders, bodyHash);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time.stamp, scope, sha256(canonical)].join('\n');
  const right = hmac(signingKey(key.secretAccessKey, day, region, service), toSign);
  return timingSafeEqual(right, Buffer.from(signature, 'hex'))
    ? { kind: 'signed', accessKeyId }
    : invalid('wrong signature');
}

/**
 * What is wrong with the list of signed headers. Several AWS services sign what is absent as if it were empty; API Gateway
 * does not ("is named as a SignedHeader, but it does not exist in the HTTP request"), so none of the emulators does.
 */
function signedHeadersFault(names: readonly string[], present: readonly string[]): string | undefined {
  const isInOrder = names.every((name, at) => at === 0 || (names[at - 1] ?? '') < name);
  if (!isInOrder) return 'the signed headers are not in alphabetical order, each once';
  const absent = names.find((name) => !present.includes(name));
  if (absent !== undefined) return `${absent} is signed but absent`;
  const unsigned = ['host', ...present.filter((name) => name.startsWith('x-amz-'))].find(
    (name) => !names.includes(name),
  );
  return unsigned === undefined ? undefined : `${unsigned} is not signed`;
}

function signingKey(secret: string, ...parts: string[]): Buffer {
  return [...parts, 'aws4_request'].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${secret}`),
  );
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}
