import middy from '@middy/core';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import secretsManager from '@middy/secrets-manager';

/**
 * A vendor of ready middlewares, put together as their documents do it, with a token cache of the instance's own. Any
 * caller has any scope, nothing is recorded, every instance mints for itself, a rotated secret is not seen.
 */

type Pair = { client_id: string; client_secret: string };
type Event = { body: { grant_type: string; scope: string } };

const tokens = new Map<string, { answer: object; expiresAt: number }>();

async function answerToken(event: Event, context: { pair: Pair }) {
  const { grant_type, scope } = event.body;
  const held = tokens.get(scope);
  if (held !== undefined && held.expiresAt > Date.now()) return ok(held);
  const response = await fetch(`${process.env['CONNECT_URL']}/v2/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...context.pair, grant_type, scope }),
  });
  if (!response.ok) return { statusCode: 502, body: '{"error":"server_error"}' };
  const answer = (await response.json()) as { expires_in: number };
  const vended = { answer, expiresAt: Date.now() + answer.expires_in * 1000 };
  tokens.set(scope, vended);
  return ok(vended);
}

function ok({ answer, expiresAt }: { answer: object; expiresAt: number }) {
  const expires_in = Math.floor((expiresAt - Date.now()) / 1000);
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...answer, expires_in }),
  };
}

export const handler = middy()
  .use(httpJsonBodyParser())
  .use(secretsManager({ fetchData: { pair: 'connect/acme' }, setToContext: true, cacheExpiry: -1 }))
  .handler(answerToken as never);
