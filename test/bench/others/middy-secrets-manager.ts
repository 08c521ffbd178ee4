import middy from '@middy/core';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import secretsManager from '@middy/secrets-manager';

/**
 * A vendor of ready parts, put together as their documentation does it, with a token cache an instance. Any caller
 * has any scope, nothing is recorded, every instance mints for itself, a rotated secret is never seen.
 */

type Pair = { client_id: string; client_secret: string };
type Event = { body: { grant_type: string; scope: string } };

const tokens = new Map<string, { answer: Record<string, unknown>; expiresAt: number }>();

async function answerToken(event: Event, context: { acme: Pair }) {
  const { grant_type, scope } = event.body;
  const held = tokens.get(`${grant_type} ${scope}`);
  if (held !== undefined && held.expiresAt > Date.now()) return ok(held.answer, held.expiresAt);
  const response = await fetch(`${process.env['CONNECT_URL']}/v2/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...context.acme, grant_type, scope }),
  });
  if (!response.ok) return { statusCode: 502, body: '{"error":"server_error"}' };
  const answer = (await response.json()) as { expires_in: number };
  const expiresAt = Date.now() + answer.expires_in * 1000;
  tokens.set(`${grant_type} ${scope}`, { answer, expiresAt });
  return ok(answer, expiresAt);
}

function ok(answer: Record<string, unknown>, expiresAt: number) {
  const expires_in = Math.floor((expiresAt - Date.now()) / 1000);
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    body: JSON.stringify({ ...answer, expires_in }),
  };
}

export const handler = middy()
  .use(httpJsonBodyParser())
  .use(secretsManager({ fetchData: { acme: 'connect/acme' }, setToContext: true }))
  .handler(answerToken as never);
