import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Application,
  grantScopes,
  Refused,
  readUserId,
  retailerBearer,
  userAssertion,
} from './connect-rules.ts';
import { createConnectTokens } from './connect-tokens.ts';
import { type Fault, faultAnswer } from './faults.ts';
import { readBody, type Server, serve } from './server.ts';

export type { Application } from './connect-rules.ts';

type Fields = Record<string, unknown>;

type TokenRequestSeen = { headers: IncomingMessage['headers']; fields: Fields; url: string };

type Operation = {
  seen: TokenRequestSeen[];
  fault: Fault | undefined;
  /** Gives the body of a 200. Throws Refused. */
  carryOut: (fields: Fields | undefined) => object;
};

export type ConnectOptions = {
  applications: Application[];
  port?: number;
  /** The address to listen on. Default: loopback. */
  host?: string;
  now?: () => number;
  /** Seconds. */
  lifetime?: number;
};

const day = 86_400;

export type Connect = Awaited<ReturnType<typeof startConnect>>;

/** Instacart Connect's token endpoint, its revocation, and two resources that a token opens. */
export async function startConnect({
  applications,
  port = 0,
  host = '127.0.0.1',
  now = Date.now,
  lifetime = day,
}: ConnectOptions) {
  const requests: TokenRequestSeen[] = [];
  const revocations: TokenRequestSeen[] = [];
  const unexpected: string[] = [];
  const state = {
    lifetime,
    reuseTokens: false,
    reuseDownTo: 0,
    revokePrevious: false,
    knownUsers: undefined as readonly string[] | undefined,
    retailerAssertions: new Set<string>(),
    faults: [] as Fault[],
    standing: undefined as Fault | undefined,
    /** Every revocation meets this fault. */
    revocationFault: undefined as Fault | undefined,
    /** The emulator answers one in so many token requests with 500; 0: none. */
    failsEvery: 0,
  };
  const issued = createConnectTokens(state, now);

  async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://connect');
    const route = `${request.method} ${url.pathname}`;
    if (route === 'POST /v2/oauth/token') {
      const carryOut = (fields: Fields | undefined) => tokenResponse(request, url, fields);
      return answer(request, response, url, { seen: requests, fault: nextFault(), carryOut });
    }
    if (route === 'POST /v2/oauth/token/revoke') {
      const carryOut = (fields: Fields | undefined) => revoke(request, url, fields);
      return answer(request, response, url, { seen: revocations, fault: state.revocationFault, carryOut });
    }
    if (route === 'GET /v2/fulfillment/whoami') return answerWhoami(request, response);
    const link = /^POST \/v2\/fulfillment\/users\/[^/]+\/link$/.test(route);
    if (link) return answerLink(request, response);
    unexpected.push(route);
    send(response, 501, { error: { message: `The emulator has no ${route}`, code: null } });
  }

  function nextFault(): Fault | undefined {
    const fails = state.failsEvery > 0 && requests.length % state.failsEvery === state.failsEvery - 1;
    return state.faults.shift() ?? (fails ? { kind: 'answer', status: 500 } : state.standing);
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    { seen, fault, carryOut }: Operation,
  ): Promise<void> {
    if (fault?.kind === 'resetUnread') {
      seen.push({ headers: request.headers, fields: {}, url: url.href });
      request.socket.destroy();
      return;
    }
    const fields = parse((await readBody(request)).toString('utf8'));
    seen.push({ headers: request.headers, fields: fields ?? {}, url: url.href });
    try {
      if (fault !== undefined && (await faultAnswer(fault, response, () => carryOut(fields)))) return;
      send(response, 200, carryOut(fields));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      send(response, error.status, error.body);
    }
  }

  /** The body of a 200. Throws Refused. */
  function tokenResponse(request: IncomingMessage, url: URL, fields: Fields | undefined): object {
    const given = readGiven(request, url, fields);
    const application = authenticate(given);
    const grantType = given['grant_type'] ?? '';
    const scopes = grantScopes(given['scope'], grantType, application);
    const retailerId = request.headers['x-retailer-id'] as string | undefined;
    const userId = checkSubject(given, grantType);
    const token = issued.issue({ clientId: application.clientId, grantType, scopes, retailerId, userId });
    issued.spendCode(given['code'] ?? '', token);
    return {
      access_token: token.value,
      token_type: 'Bearer',
      expires_in: Math.floor((token.expiresAt - now()) / 1000),
      created_at: Math.floor(now() / 1000),
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    };
  }

  /** The body of a 200. Throws Refused. */
  function revoke(request: IncomingMessage, url: URL, fields: Fields | undefined): object {
    const given = readGiven(request, url, fields);
    const { clientId } = authenticate(given);
    if (given['token'] === undefined) throw new Refused('invalid_request');
    issued.revoke(given['token'], clientId);
    return {};
  }

  function authenticate({ client_id, client_secret }: Record<string, string>): Application {
    const application = applications.find(
      ({ clientId, clientSecret, disabled }) =>
        clientId === client_id && clientSecret === client_secret && disabled !== true,
    );
    if (application === undefined) throw new Refused('invalid_client');
    return application;
  }

  /** The user id, where the grant type has one. */
  function checkSubject(given: Record<string, string>, grantType: string): string | undefined {
    if (grantType === 'authorization_code')
      issued.checkCode(given['code'] ?? '', given['redirect_uri'], given['code_verifier']);
    const assertion = given['assertion'] ?? '';
    if (grantType === retailerBearer && !state.retailerAssertions.has(assertion))
      throw new Refused('invalid_grant');
    if (grantType !== userAssertion) return undefined;
    const userId = readUserId(assertion);
    if (state.knownUsers?.includes(userId) === false) throw new Refused('invalid_grant');
    return userId;
  }

  function answerWhoami(request: IncomingMessage, response: ServerResponse): void {
    const token = issued.bearerOf(request.headers.authorization);
    if (token === undefined) {
      send(response, 401, { error: { message: 'Unauthorized', code: 4001 } });
      return;
    }
    const { clientId, scopes, userId, retailerId } = token;
    send(response, 200, { client_id: clientId, scopes, user_id: userId, retailer_id: retailerId });
  }

  function answerLink(request: IncomingMessage, response: ServerResponse): void {
    const scopes = issued.bearerOf(request.headers.authorization)?.scopes;
    if (scopes?.includes('account_linking') === true) send(response, 200, { success: true });
    else send(response, 401, { error: { message: 'Unauthorized', code: 4001 } });
  }

  const server: Server = await serve(
    (request, response) =>
      listener(request, response).catch((error: unknown) => {
        unexpected.push(String(error));
        throw error;
      }),
    port,
    host,
  );

  return {
    ...server,
    /** Every token request that arrived, in order; and every revocation. */
    requests,
    revocations,
    /** Requests that no real client should have made; tests want it empty. */
    unexpected,
    tokens: issued.tokens,
    state,
    applications,
    /** The next token requests meet these faults, one each. */
    next: (...faults: Fault[]) => state.faults.push(...faults),
    /** Every token request meets this fault, until it is called with nothing. */
    always: (fault?: Fault) => {
      state.standing = fault;
    },
    issueCode: issued.issueCode,
    /** SHA-256 of the values of all tokens issued. */
    hashes: () => [...issued.tokens.keys()].map((value) => createHash('sha256').update(value).digest('hex')),
  };
}

/** Every field is a string, in JSON and not in the query. Throws Refused. */
function readGiven(request: IncomingMessage, url: URL, fields: Fields | undefined): Record<string, string> {
  if ([...url.searchParams.keys()].length > 0) throw new Refused('query_params_forbidden');
  const isJson = request.headers['content-type'] === 'application/json';
  if (!isJson || fields === undefined || Object.values(fields).some((value) => typeof value !== 'string'))
    throw new Refused('invalid_request');
  return fields as Record<string, string>;
}

function parse(text: string): Fields | undefined {
  try {
    return JSON.parse(text) as Fields;
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
