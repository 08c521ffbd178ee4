import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as openid from 'openid-client';

/**
 * A vendor on a certified OAuth client, in a plain handler with a token cache an instance. Any caller has any scope,
 * nothing is recorded, every instance mints for itself, a rotated secret is never seen.
 */

const secrets = new SecretsManagerClient();
const tokens = new Map<string, { answer: openid.TokenEndpointResponse; expiresAt: number }>();
let configuration: Promise<openid.Configuration> | undefined;

export async function handler(event: { body: string }) {
  const { grant_type, scope } = JSON.parse(event.body) as { grant_type: string; scope: string };
  const held = tokens.get(`${grant_type} ${scope}`);
  if (held !== undefined && held.expiresAt > Date.now()) return ok(held.answer, held.expiresAt);
  if (grant_type !== 'client_credentials') return { statusCode: 400, body: '{"error":"invalid_request"}' };
  configuration ??= configure();
  const answer = await openid.clientCredentialsGrant(await configuration, { scope });
  const expiresAt = Date.now() + (answer.expires_in ?? 0) * 1000;
  tokens.set(`${grant_type} ${scope}`, { answer, expiresAt });
  return ok(answer, expiresAt);
}

async function configure(): Promise<openid.Configuration> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: 'connect/acme' }));
  const { client_id, client_secret } = JSON.parse(SecretString ?? '') as Record<string, string>;
  const issuer = process.env['CONNECT_URL'] ?? '';
  const server = { issuer, token_endpoint: `${issuer}/v2/oauth/token` };
  const authentication = openid.ClientSecretPost(client_secret);
  const configured = new openid.Configuration(server, client_id ?? '', undefined, authentication);
  // Connect is on loopback here.
  openid.allowInsecureRequests(configured);
  configured[openid.customFetch] = postJson;
  return configured;
}

/** Connect reads JSON, and OAuth clients send forms. */
function postJson(url: string, { body, headers, ...init }: openid.CustomFetchOptions): Promise<Response> {
  const fields = Object.fromEntries(body as URLSearchParams);
  return fetch(url, {
    ...init,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  } as RequestInit);
}

function ok(answer: openid.TokenEndpointResponse, expiresAt: number) {
  const expires_in = Math.floor((expiresAt - Date.now()) / 1000);
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    body: JSON.stringify({ ...answer, expires_in }),
  };
}
