import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AccessKey } from './sigv4.ts';

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
    sha256: Hash.bind(null, 'sha256'),
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
