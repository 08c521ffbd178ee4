import middy from '@middy/core';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import secretsManager from '@middy/secrets-manager';
import * as openid from 'openid-client';

type Handler = (event: object, context: object) => Promise<unknown>;
type Cached = { body: string; expiresAt: number };

const answer = (body: string) => ({ statusCode: 200, headers: { 'Content-Type': 'application/json' }, body });

/** Middy's ready middlewares as their documents compose them, with a token cache of the instance's own. */
export function middyVendor(connect: string): Handler {
  const cache = new Map<string, Cached>();
  const vend = async (event: { body: { scope: string } }, context: { pair: object }) => {
    const { scope } = event.body;
    const held = cache.get(scope);
    if (held !== undefined && held.expiresAt > Date.now()) return answer(held.body);
    const response = await fetch(new URL('/v2/oauth/token', connect), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...context.pair, grant_type: 'client_credentials', scope }),
    });
    const body = await response.text();
    cache.set(scope, { body, expiresAt: Date.now() + 3_600_000 });
    return answer(body);
  };
  return middy()
    .use(httpJsonBodyParser())
    .use(secretsManager({ fetchData: { pair: 'connect/acme' }, setToContext: true, cacheExpiry: -1 }))
    .handler(vend as never) as unknown as Handler;
}

/** openid-client in a plain handler, with the same cache. It sends forms, which Connect does not take. */
export function openidVendor(connect: string, clientId: string, clientSecret: string): Handler {
  const server = { issuer: connect, token_endpoint: new URL('/v2/oauth/token', connect).href };
  const config = new openid.Configuration(server, clientId, clientSecret);
  openid.allowInsecureRequests(config);
  config[openid.customFetch] = (url, { body, ...options }) =>
    fetch(url, {
      ...(options as RequestInit),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(new URLSearchParams(String(body)))),
    });
  const cache = new Map<string, Cached>();
  return async (event) => {
    const { scope } = JSON.parse((event as { body: string }).body) as { scope: string };
    const held = cache.get(scope);
    if (held !== undefined && held.expiresAt > Date.now()) return answer(held.body);
    const tokens = await openid.clientCredentialsGrant(config, { scope });
    const body = JSON.stringify(tokens);
    cache.set(scope, { body, expiresAt: Date.now() + (tokens.expires_in ?? 0) * 1_000 });
    return answer(body);
  };
}
