import type { Instance } from '../instance.ts';
import type { Timeline } from '../timeline.ts';
import { createIssuedTokens, identityKey, type TokenPolicy } from './issued-tokens.ts';

/** A token request as Connect reads it. */
export type Received = {
  path: string;
  fields: Readonly<Record<string, string>>;
  identity: string;
  /** The client's id and secret. */
  pair: string;
  code: string | undefined;
};

export type Answered = { status: number; respond: (instance: Instance, sentAt: number) => Response };

/** Connect's token endpoint without the network: applications, one-time codes, tokens. */
export function createTokenEndpoint(timeline: Timeline, policy: TokenPolicy) {
  const tokens = createIssuedTokens(timeline, policy);
  const applications = new Set<string>();
  /** Codes that are used up, and what they bought. */
  const usedCodes = new Map<string, string>();

  function answer({ path, fields, identity, pair, code }: Received): Answered {
    if (!applications.has(pair)) return refuse(401, 'invalid_client');
    if (path.endsWith('/revoke')) return revoke(fields['token'] ?? '');
    const bought = code === undefined ? undefined : usedCodes.get(code);
    if (bought !== undefined) {
      revoke(bought);
      return refuse(400, 'invalid_grant');
    }
    const token = tokens.issue(identity, fields['client_id'] ?? '');
    if (code !== undefined) usedCodes.set(code, token.text);
    const leftSeconds = Math.floor((token.expiresAt - timeline.now()) / 1000);
    const body = {
      access_token: token.text,
      token_type: 'Bearer',
      expires_in: leftSeconds,
      created_at: Math.floor(timeline.now() / 1000),
    };
    return {
      status: 200,
      respond: ({ id }, sentAt) => {
        const lifetimeMs = leftSeconds * 1000;
        token.beliefs.push({ instanceId: id, expiresAt: sentAt + lifetimeMs, lifetimeMs });
        return Response.json(body);
      },
    };
  }

  function revoke(text: string): Answered {
    const token = tokens.byText.get(text);
    if (token !== undefined) token.revokedAt ??= timeline.now();
    return { status: 200, respond: () => Response.json({}) };
  }

  return { tokens, applications, read, answer };
}

function refuse(status: number, error: string): Answered {
  return { status, respond: () => Response.json({ error, error_description: error }, { status }) };
}

function read(path: string, { body, headers }: RequestInit): Received {
  const fields = JSON.parse(String(body)) as Record<string, string>;
  const { grant_type = '', scope = '', assertion, code } = fields;
  const scopes = scope.split(/[, ]/).filter((one) => one !== '');
  const retailerId = new Headers(headers).get('x-retailer-id') ?? undefined;
  const subject = assertion === undefined ? code : userOf(assertion);
  return {
    path,
    fields,
    identity: identityKey(grant_type, scopes, retailerId, subject),
    pair: pairText(fields['client_id'] ?? '', fields['client_secret'] ?? ''),
    code,
  };
}

/** A secret's text in Secrets Manager, and an application's name here. */
export function pairText(clientId: string, clientSecret: string): string {
  return JSON.stringify({ client_id: clientId, client_secret: clientSecret });
}

function userOf(assertion: string): string {
  return (JSON.parse(Buffer.from(assertion, 'base64').toString()) as { user_id: string }).user_id;
}
