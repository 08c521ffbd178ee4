import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createPostSigned } from '../../lambda/aws/signed-requests.ts';
import { serve } from '../local/emulators/server.ts';
import { nothingListens } from '../support/broken-servers.ts';

afterEach(() => vi.unstubAllEnvs());

async function post(listener: RequestListener, timeoutMs = 5_000) {
  const server = await serve(listener);
  onTestFinished(() => server.close());
  return sender(server.url, timeoutMs)({ a: 'b' }, {});
}

function sender(url: string, timeoutMs: number) {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'example');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not-a-secret');
  return createPostSigned({ url: `${url}/v2/oauth/token`, region: 'us-east-1', timeoutMs });
}

describe('a signed request', () => {
  it('is sent once, and its answer read, whatever the status', async () => {
    const seen: unknown[] = [];
    const answer = await post((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(503).end('{"error":"temporarily_unavailable"}');
    });
    expect(answer).toEqual({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(seen).toEqual([
      expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=example\/\d{8}\/us-east-1\/execute-api\//),
    ]);
  });

  it('is given up after its time', async () => {
    const startedAtMs = performance.now();
    await expect(post(() => undefined, 100)).rejects.toThrow(/timeout/);
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  });

  it('is given up after its time, although the answer has begun', async () => {
    await expect(post((_request, response) => response.writeHead(200).write('{'), 100)).rejects.toThrow(
      /timeout|terminated/,
    );
  });

  it('follows no redirect, and takes its signature nowhere else', async () => {
    const elsewhere = await serve((_request, response) => response.end('{}'));
    onTestFinished(() => elsewhere.close());
    const location = `${elsewhere.url}/v2/oauth/token`;
    await expect(post((_request, response) => response.writeHead(307, { location }).end())).rejects.toThrow();
    expect(elsewhere.connections()).toBe(0);
  });

  it('rejects an answer that is too large', async () => {
    const large = JSON.stringify({ a: 'x'.repeat(64 * 1024) });
    await expect(post((_request, response) => response.end(large))).rejects.toThrow('too large');
  });

  it.each(['', '<html></html>', '[]', 'null', '"text"', '7'])(
    'rejects %j, which is no JSON object',
    async (text) => {
      await expect(post((_request, response) => response.end(text))).rejects.toThrow();
    },
  );

  it('rejects where nobody answers', async () => {
    const { url } = await nothingListens();
    await expect(sender(url, 5_000)({}, {})).rejects.toThrow();
  });
});
