import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Fault, faultAnswer } from './faults.ts';
import { readBody, type Server, serve } from './server.ts';

/** An application at Connect: `clientId` and `clientSecret` are refused once it is `disabled`. */
export type Application = {
  clientId: string;
  clientSecret: string;
  disabled?: boolean;
  /** Scopes that it may not have, though they exist. */
  withheld?: readonly string[];
  privateScopes?: Readonly<Record<string, readonly string[]>>;
  /** A comma, as Instacart has it, unless it is set up otherwise. */
  scopeSeparator?: ' ';
};

export type IssuedToken = {
  value: string;
  clientId: string;
  grantType: string;
  scopes: readonly string[];
  retailerId: string | undefined;
  userId: string | undefined;
  expiresAt: number;
  revoked: boolean;
};

type TokenRequestSeen = {
  headers: IncomingMessage['headers'];
  fields: Record<string, unknown>;
  url: string;
};

export type ConnectOptions = {
  applications: Application[];
  port?: number;
  now?: () => number;
  /** Seconds. */
  lifetime?: number;
};

const day = 86_400;

/** Written down from "Permissions and scopes" and Instacart's other pages, apart from the service's own table. */
const user = 'fulfillment_user_assertion';
const retailer = 'urn:ietf:params:oauth:grant-type:retailer-json-bearer';
const scopeTable: Readonly<Record<string, readonly string[]>> = {
  'connect:fulfillment': ['client_credentials'],
  'Connect::Orders::RatingService': ['client_credentials', user, retailer],
  'connect:recommendations': ['client_credentials', user, retailer],
  'connect:post_checkout': [user],
  account_linking: ['authorization_code'],
  'connect:compliance': ['client_credentials'],
  'connect:data_ingestion': ['client_credentials'],
  'connect:ian': ['client_credentials'],
};

const wordings: Record<string, [number, string]> = {
  invalid_grant: [400, 'Assertion is not provided or invalid assertion provided for the grant_type.'],
  invalid_client: [
    401,
    'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.',
  ],
  query_params_forbidden: [
    403,
    'Providing OAuth credentials as query parameters may cause them to be compromised. Please ensure the credentials are rotated.',
  ],
  invalid_scope: [400, 'The requested scope is invalid, unknown, or malformed.'],
  invalid_request: [400, 'The request is missing a required parameter or is otherwise malformed.'],
  unsupported_grant_type: [400, 'The authorization grant type is not supported.'],
};

class Refused extends Error {}

export type Connect = Awaited<ReturnType<typeof startConnect>>;

/** Instacart Connect's token endpoint, and two resources that a token opens, to see that it does. */
export async function startConnect({
  applications,
  port = 0,
  now = Date.now,
  lifetime = day,
}: ConnectOptions) {
  const requests: TokenRequestSeen[] = [];
  const unexpected: string[] = [];
  const tokens = new Map<string, IssuedToken>();
  const codes = new Map<string, { redirectUri: string; token?: IssuedToken }>();
  const state = {
    lifetime,
    /** Doorkeeper's reuse_access_token: the same token again while it lives. */
    reuseTokens: false,
    /** Doorkeeper's revoke_previous_client_credentials_token. */
    revokePrevious: false,
    knownUsers: undefined as readonly string[] | undefined,
    retailerAssertions: new Set<string>(),
    faults: [] as Fault[],
    standing: undefined as Fault | undefined,
    /** Every so many token requests one is answered 500; 0: none. */
    failsEvery: 0,
  };

  async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://connect');
    const route = `${request.method} ${url.pathname}`;
    if (route === 'POST /v2/oauth/token') return answerToken(request, response, url);
    if (route === 'GET /v2/fulfillment/whoami') return answerWhoami(request, response);
    const link = /^POST \/v2\/fulfillment\/users\/[^/]+\/link$/.test(route);
    if (link) return answerLink(request, response);
    unexpected.push(route);
    send(response, 501, { error: { message: `The emulator has no ${route}`, code: null } });
  }

  async function answerToken(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const fails = state.failsEvery > 0 && requests.length % state.failsEvery === state.failsEvery - 1;
    const fault =
      state.faults.shift() ?? (fails ? ({ kind: 'answer', status: 500 } as const) : state.standing);
    if (fault?.kind === 'resetUnread') {
      requests.push({ headers: request.headers, fields: {}, url: url.href });
      request.socket.destroy();
      return;
    }
    const text = (await readBody(request)).toString('utf8');
    const fields = parse(text);
    requests.push({ headers: request.headers, fields: fields ?? {}, url: url.href });
    const carryOut = () => tokenResponse(request, url, fields);
    try {
      if (fault !== undefined && (await faultAnswer(fault, response, carryOut))) return;
      send(response, 200, carryOut());
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const [status, description] = wordings[error.message] ?? [500, ''];
      send(response, status, { error: error.message, error_description: description });
    }
  }

  /** 200's body; throws Refused with the error code. */
  function tokenResponse(
    request: IncomingMessage,
    url: URL,
    fields: Record<string, unknown> | undefined,
  ): object {
    if ([...url.searchParams.keys()].length > 0) throw new Refused('query_params_forbidden');
    if (request.headers['content-type'] !== 'application/json' || fields === undefined)
      throw new Refused('invalid_request');
    if (Object.values(fields).some((value) => typeof value !== 'string'))
      throw new Refused('invalid_request');
    const said = fields as Record<string, string>;
    const application = applications.find(
      ({ clientId, clientSecret, disabled }) =>
        clientId === said['client_id'] && clientSecret === said['client_secret'] && disabled !== true,
    );
    if (application === undefined) throw new Refused('invalid_client');
    const grantType = said['grant_type'] ?? '';
    const scopes = grantedScopes(said['scope'], grantType, application);
    const retailerId = request.headers['x-retailer-id'] as string | undefined;
    const userId = subjectOf(said, grantType);
    const issued = issue({ clientId: application.clientId, grantType, scopes, retailerId, userId });
    const code = codes.get(said['code'] ?? '');
    if (code !== undefined) code.token = issued;
    return {
      access_token: issued.value,
      token_type: 'Bearer',
      expires_in: Math.floor((issued.expiresAt - now()) / 1000),
      created_at: Math.floor(now() / 1000),
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    };
  }

  function grantedScopes(asked: string | undefined, grantType: string, application: Application): string[] {
    const known = { ...scopeTable, ...application.privateScopes };
    const withheld = application.withheld ?? [];
    if (!Object.values(scopeTable).some((types) => types.includes(grantType)))
      throw new Refused('unsupported_grant_type');
    if (asked === undefined) {
      return Object.keys(known).filter(
        (scope) => known[scope]?.includes(grantType) && !withheld.includes(scope),
      );
    }
    const scopes = asked.split(application.scopeSeparator ?? ',');
    const good = scopes.every(
      (scope) =>
        Object.hasOwn(known, scope) && known[scope]?.includes(grantType) && !withheld.includes(scope),
    );
    if (!good) throw new Refused('invalid_scope');
    return scopes;
  }

  function subjectOf(said: Record<string, string>, grantType: string): string | undefined {
    if (grantType === 'authorization_code') {
      spendCode(said['code'] ?? '', said['redirect_uri']);
      return undefined;
    }
    if (grantType === retailer) {
      if (!state.retailerAssertions.has(said['assertion'] ?? '')) throw new Refused('invalid_grant');
      return undefined;
    }
    return grantType === user ? userOf(said['assertion'] ?? '') : undefined;
  }

  /** A code's second use revokes what its first one bought, as Doorkeeper does. */
  function spendCode(code: string, redirectUri: string | undefined): void {
    const known = codes.get(code);
    if (known?.token !== undefined) known.token.revoked = true;
    if (known === undefined || known.token !== undefined || known.redirectUri !== redirectUri) {
      throw new Refused('invalid_grant');
    }
  }

  function userOf(assertion: string): string {
    const text = Buffer.from(assertion, 'base64').toString('utf8');
    const userId = /^\{"user_id":"((?:[^"\\]|\\.)+)"\}$/.exec(text)?.[1];
    const padded = Buffer.from(text).toString('base64') === assertion;
    if (!padded || userId === undefined) throw new Refused('invalid_grant');
    if (state.knownUsers !== undefined && !state.knownUsers.includes(userId))
      throw new Refused('invalid_grant');
    return userId;
  }

  function issue(identity: Omit<IssuedToken, 'value' | 'expiresAt' | 'revoked'>): IssuedToken {
    const same = [...tokens.values()].filter(
      (token) => !token.revoked && token.expiresAt > now() && isSame(token, identity),
    );
    if (state.reuseTokens && same[0] !== undefined) return same[0];
    if (state.revokePrevious) for (const token of same) token.revoked = true;
    const value = randomBytes(32).toString('base64url');
    const token = { ...identity, value, expiresAt: now() + state.lifetime * 1000, revoked: false };
    tokens.set(value, token);
    return token;
  }

  function bearerOf({ headers }: IncomingMessage): IssuedToken | undefined {
    const token = tokens.get(headers.authorization?.replace(/^Bearer /, '') ?? '');
    return token !== undefined && !token.revoked && token.expiresAt > now() ? token : undefined;
  }

  function answerWhoami(request: IncomingMessage, response: ServerResponse): void {
    const token = bearerOf(request);
    if (token === undefined) {
      send(response, 401, { error: { message: 'Unauthorized', code: 4001 } });
      return;
    }
    const { clientId, scopes, userId, retailerId } = token;
    send(response, 200, { client_id: clientId, scopes, user_id: userId, retailer_id: retailerId });
  }

  function answerLink(request: IncomingMessage, response: ServerResponse): void {
    const token = bearerOf(request);
    const may = token?.scopes.includes('account_linking') === true;
    send(
      response,
      may ? 200 : 401,
      may ? { success: true } : { error: { message: 'Unauthorized', code: 4001 } },
    );
  }

  const server: Server = await serve((request, response) => {
    listener(request, response).catch((error: unknown) => {
      unexpected.push(String(error));
      response.destroy();
    });
  }, port);

  return {
    ...server,
    /** Every token request that arrived, in order. */
    requests,
    /** Requests that no real client should have made; tests want it empty. */
    unexpected,
    tokens,
    state,
    applications,
    /** The next token requests meet these faults, one each. */
    next: (...faults: Fault[]) => state.faults.push(...faults),
    /** Every token request meets this fault, until it is called with nothing. */
    always: (fault?: Fault) => {
      state.standing = fault;
    },
    issueCode: (redirectUri: string) => {
      const code = randomBytes(32).toString('base64url');
      codes.set(code, { redirectUri });
      return code;
    },
    /** SHA-256 of the values of all tokens issued. */
    hashes: () => [...tokens.keys()].map((value) => createHash('sha256').update(value).digest('hex')),
  };
}

function isSame(token: IssuedToken, other: Omit<IssuedToken, 'value' | 'expiresAt' | 'revoked'>): boolean {
  const of = ({ clientId, grantType, scopes, retailerId, userId }: typeof other) =>
    JSON.stringify([clientId, grantType, scopes, retailerId ?? null, userId ?? null]);
  return of(token) === of(other);
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
