import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AccessKey } from './sigv4.ts';

/** What SignatureV4 wants of a hash: node:crypto's. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

export type SignedInit = { method: string; headers: Record<string, string>; body: string };

/** The headers of a request after the AWS SDK's own signer, unmodified, has signed it for execute-api. */
export async function signedHeaders(
  url: string,
  { method, headers, body }: SignedInit,
  key: AccessKey,
  { signingDate = new Date(), service = 'execute-api' } = {},
): Promise<Record<string, string>> {
  const { hostname, host, port, pathname, searchParams } = new URL(url);
  const signer = new SignatureV4({
    service,
    region: 'us-east-1',
    credentials: key as { accessKeyId: string; secretAccessKey: string },
    sha256: Sha256,
  });
  const query: Record<string, string[]> = {};
  for (const name of searchParams.keys()) query[name] = searchParams.getAll(name);
  const signed = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: pathname,
      query,
      headers: { host, ...headers },
      body,
    },
    { signingDate },
  );
  return signed.headers;
}

export async function signedFetch(
  url: string,
  init: SignedInit,
  key: AccessKey,
  service = 'execute-api',
): Promise<Response> {
  const headers = await signedHeaders(url, init, key, { service });
  const hasBody = init.method !== 'GET' && init.body !== '';
  return fetch(url, { method: init.method, headers, ...(hasBody && { body: init.body }) });
}
