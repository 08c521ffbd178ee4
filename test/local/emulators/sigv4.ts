import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const fiveMinutes = 5 * 60_000;

/** A request as it came in, header names in lower case. */
export type SignedRequest = {
  method: string;
  /** Path and query as they were on the wire. */
  target: string;
  headers: Readonly<Record<string, readonly string[]>>;
  body: Buffer;
};

export type AccessKey = { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };

/** In API Gateway's words for what is wrong. */
export type Verdict =
  | { kind: 'signed'; accessKeyId: string }
  | { kind: 'MISSING_AUTHENTICATION_TOKEN' | 'INVALID_SIGNATURE' | 'EXPIRED_TOKEN'; because: string };

type Expected = { service: string; region: string; keys: readonly AccessKey[]; now: number };

const authorizationPattern =
  /^AWS4-HMAC-SHA256 Credential=([^/, ]+)\/(\d{8})\/([^/, ]+)\/([^/, ]+)\/aws4_request,\s*SignedHeaders=([^, ]+),\s*Signature=([0-9a-f]{64})$/;

/**
 * Verifies AWS Signature Version 4 in the `Authorization` header: the canonical request is made of the headers
 * that the request itself says it signed. Source: IAM User Guide, "Create a signed AWS API request".
 */
export function verifySignature(
  request: SignedRequest,
  { service, region: home, keys, now }: Expected,
): Verdict {
  const header = (name: string) => request.headers[name]?.[0];
  const authorization = header('authorization');
  if (authorization === undefined)
    return { kind: 'MISSING_AUTHENTICATION_TOKEN', because: 'no Authorization' };
  const match = authorizationPattern.exec(authorization);
  if (match === null) return { kind: 'MISSING_AUTHENTICATION_TOKEN', because: 'not Signature Version 4' };
  const [, accessKeyId = '', day = '', region = '', scopedTo = '', signedHeaders = '', signature = ''] =
    match;
  const invalid = (because: string): Verdict => ({ kind: 'INVALID_SIGNATURE', because });

  if (scopedTo !== service || region !== home) return invalid(`signed for ${scopedTo} in ${region}`);
  const key = keys.find((known) => known.accessKeyId === accessKeyId);
  if (key === undefined) return invalid('unknown access key');
  if (key.sessionToken !== header('x-amz-security-token')) return invalid('another session token');

  const date = header('x-amz-date') ?? '';
  if (!date.startsWith(day)) return invalid('another date than the credential scope');
  const age = Math.abs(
    now - Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')),
  );
  if (!(age <= fiveMinutes)) return invalid('clock more than five minutes off');

  const names = signedHeaders.split(';');
  const needed = [
    'host',
    ...Object.keys(request.headers).filter(
      (name) => name.startsWith('x-amz-') && name !== 'x-amz-content-sha256',
    ),
  ];
  const unsigned = needed.find((name) => !names.includes(name));
  if (unsigned !== undefined) return invalid(`${unsigned} is not signed`);
  const bodyHash = sha256(request.body);
  const claimed = header('x-amz-content-sha256');
  if (claimed !== undefined && claimed !== bodyHash) return invalid('another body than was hashed');

  const text = [
    'AWS4-HMAC-SHA256',
    date,
    `${day}/${region}/${service}/aws4_request`,
    sha256(canonical(request, names, bodyHash)),
  ].join('\n');
  const expected = hmac(signingKey(key.secretAccessKey, day, region, service), text);
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'))
    ? { kind: 'signed', accessKeyId }
    : invalid('wrong signature');
}

function canonical({ method, target, headers }: SignedRequest, names: string[], bodyHash: string): string {
  const [path = '/', ...query] = target.split('?');
  const lines = names.map(
    (name) => `${name}:${(headers[name] ?? []).map((value) => value.trim().replace(/ +/g, ' ')).join(',')}`,
  );
  return [
    method,
    canonicalPath(path),
    canonicalQuery(query.join('?')),
    ...lines,
    '',
    names.join(';'),
    bodyHash,
  ].join('\n');
}

/** Every service but S3 has each part of the path escaped once more than it was on the wire. */
function canonicalPath(path: string): string {
  return path.split('/').map(percentEncode).join('/');
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [name, value.join('=')].map((part) => percentEncode(decode(part))) as [string, string];
  });
  return pairs
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map((pair) => pair.join('='))
    .join('&');
}

/** What is no encoding stays as it is, and no signature will match it. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
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
