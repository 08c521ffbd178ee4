import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as openid from 'openid-client';

/**
 * A vendor on a certified OAuth client, in a plain handler with a token cache of the instance's own. Any caller has any
 * scope, nothing is recorded, every instance mints for itself, a rotated secret is not seen.
 */

const secrets = new SecretsManagerClient();
const tokens = new Map<string, { answer: object; expiresAt: number }>();
let configuration: Promise<openid.Configuration> | undefined;

export async function handler(event: { body: string }) {
  const { scope } = JSON.parse(event.body) as { scope: string };
  const held = tokens.get(scope);
  if (held !== undefined && held.expiresAt > Date.now()) return ok(held);
  configuration ??= configure();
  const answer = await openid.clientCredentialsGrant(await configuration, { scope });
  const vended = { answer, expiresAt: Date.now() + (answer.expires_in ?? 0) * 1000 };
  tokens.set(scope, vended);
  return ok(vended);
}

async function configure(): Promise<openid.Configuration> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: 'connect/acme' }));
  const { client_id = '', client_secret } = JSON.parse(SecretString ?? '') as Record<string, string>;
  const issuer = process.env['CONNECT_URL'] ?? '';
  const server = { issuer, token_endpoint: `${issuer}/v2/oauth/token` };
  const configured = new openid.Configuration(server, client_id, client_secret);
  // Connect is on loopback here.
  openid.allowInsecureRequests(configured);
  // It sends forms, which Connect does not take.
  configured[openid.customFetch] = (url, { body, ...options }) =>
    fetch(url, {
      ...(options as RequestInit),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(new URLSearchParams(String(body)))),
    });
  return configured;
}

function ok({ answer, expiresAt }: { answer: object; expiresAt: number }) {
  const expires_in = Math.floor((expiresAt - Date.now()) / 1000);
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...answer, expires_in }),
  };
}
