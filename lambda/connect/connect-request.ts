const maxResponseBytes = 64 * 1024;

/** `text` is undefined where the body was too large. */
export type Received = { response: Response; text: string | undefined };

/** One POST to Connect, of JSON. Throws what fetch throws. */
export async function postToConnect(
  url: URL,
  fields: object,
  { signal, headers = {} }: { signal: AbortSignal; headers?: Readonly<Record<string, string>> },
): Promise<Received> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': 'connect-token-vending',
      // Requests are hours apart, and Lambda freezes in between: a kept socket would be dead, and its reset would leave
      // the fate of a one-time code unknown.
      connection: 'close',
      ...headers,
    },
    body: JSON.stringify(fields),
    // A followed 307 would send the secret on to wherever it points; unfollowed, it is simply no good answer.
    redirect: 'manual',
    signal,
  });
  return { response, text: await readAtMost(response, maxResponseBytes) };
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
