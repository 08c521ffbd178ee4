import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { roleCredentials } from './role-credentials.ts';

const maxResponseBytes = 64 * 1024;

export type SignedRequestOptions = { url: string; region: string; timeoutMs: number };

/**
 * Posts forms to a URL of API Gateway, signed as the function's own role. One request each, never repeated. Rejects
 * where there is no answer, or one that is no JSON object.
 */
export function createPostSigned({ url, region, timeoutMs }: SignedRequestOptions) {
  const signer = new SignatureV4({
    service: 'execute-api',
    region,
    credentials: roleCredentials,
    sha256: Hash.bind(null, 'sha256'),
  });
  const { protocol, hostname, host, port, pathname } = new URL(url);

  return async function postSigned(
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const body = new URLSearchParams(fields).toString();
    const signed = await signer.sign({
      method: 'POST',
      protocol,
      hostname,
      ...(port !== '' && { port: Number(port) }),
      path: pathname,
      headers: { host, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, {
      method: 'POST',
      headers: signed.headers,
      body,
      redirect: 'error',
      signal,
    });
    const text = await response.text();
    if (text.length > maxResponseBytes) throw new Error('The answer is too large');
    return { status: response.status, body: readObject(text) };
  };
}

function readObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) throw new Error('The answer is no JSON object');
  return value as Record<string, unknown>;
}
