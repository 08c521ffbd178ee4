import { request as send } from 'node:http';

/** GET with any headers: fetch sets Host by itself. */
export function askByHost(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = send(url, { headers }, async (response) => {
      resolve({ status: response.statusCode ?? 0, text: String(Buffer.concat(await response.toArray())) });
    });
    request.on('error', reject).end();
  });
}
