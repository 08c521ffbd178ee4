import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import { createHandler } from '../../lambda/http/handler.ts';
import { createRevoke } from '../../lambda/http/revoke.ts';
import { createVend } from '../../lambda/http/vend.ts';
import { createRecordRequest } from '../../lambda/observability/audit.ts';
import type { Grant, Policy } from '../../lambda/policy/policy.ts';
import type { RevocationResult, RevokeToken } from '../../lambda/tokens/revocation.ts';
import type { Token } from '../../lambda/tokens/token.ts';
import type { VendRequest, VendResult, VendToken } from '../../lambda/tokens/token-cache.ts';
import { tokenOf } from './tokens.ts';

export const bearer = 'urn:ietf:params:oauth:grant-type:retailer-json-bearer';

export function clientOf(name: string): Policy['clients'][number] {
  const baseUrl = `https://${name}.example`;
  return { name, baseUrl, secretId: `connect/${name}`, scopeSeparator: ',', privateScopes: {} };
}

export function grantOf(change: Partial<Grant>): Grant {
  return {
    id: 'checkout',
    principals: [
      { partition: 'aws', account: '111122223333', kind: 'role', name: 'checkout-api', match: 'exact' },
    ],
    client: 'acme',
    grantType: 'client_credentials',
    scopes: ['connect:fulfillment'],
    unscoped: false,
    retailerIds: ['the-garden'],
    users: [],
    redirectUris: [],
    revoke: false,
    ...change,
  };
}

/** The caller of `eventOf` has a grant of every grant type. */
export const policy: Policy = {
  clients: [clientOf('acme')],
  grants: [
    grantOf({}),
    grantOf({
      id: 'order-history',
      grantType: 'fulfillment_user_assertion',
      scopes: ['connect:post_checkout'],
      users: ['alice'],
    }),
    grantOf({ id: 'retailer', grantType: bearer, scopes: ['connect:recommendations'], users: ['*'] }),
    grantOf({
      id: 'linking',
      grantType: 'authorization_code',
      scopes: ['account_linking'],
      redirectUris: ['https://shop.example/callback'],
    }),
  ],
  keepWarm: [],
};

/** A token of a day, just minted. */
export function freshToken(change: Partial<Token> = {}): Token {
  return tokenOf({
    text: 'canary-token',
    scopes: ['connect:fulfillment'],
    firstSeenAt: Date.now(),
    ...change,
  });
}

export function vended(change: Partial<Token> = {}, more: Partial<VendResult> = {}): VendResult {
  const result = {
    kind: 'token',
    token: freshToken(change),
    cacheStatus: 'memory',
    minted: undefined,
  } as const;
  return { ...result, tableFault: undefined, ...more } as VendResult;
}

export async function vendsOne(): Promise<VendResult> {
  return vended();
}

/** Connect has revoked the token, and the table held it. */
async function revokesIt(): Promise<RevocationResult> {
  const none = { secretVersionId: undefined, secretAgeMs: undefined, evidence: undefined, fault: undefined };
  const sent = { refusedCredentials: 0, isCurrentBad: false, attempts: 1, upstreamMs: 0 };
  const upstream = { outcome: { kind: 'revoked' as const }, ...sent, ...none };
  return { upstream, table: 'given up', tableFault: undefined };
}

/** The handler before a token cache that the test plays. Each request leaves one line in `lines`. */
export function handlerWith({
  vendToken = vendsOne as VendToken,
  revokeToken = revokesIt as RevokeToken,
  rules = policy,
  now = (): number => Date.now(),
} = {}) {
  const lines: Array<Record<string, unknown>> = [];
  const vends: VendRequest[] = [];
  const bugs: unknown[] = [];
  const handler = createHandler({
    vend: createVend({
      policy: rules,
      vendToken: (request) => {
        vends.push(request);
        return vendToken(request);
      },
    }),
    revoke: createRevoke({ policy: rules, revokeToken }),
    recordRequest: createRecordRequest((_level, _message, fields) => lines.push({ ...fields })),
    logError: (error) => bugs.push(error),
    now,
    monotonic: () => performance.now(),
  });
  async function invoke(event: unknown, remainingMs = 27_000): Promise<APIGatewayProxyResult> {
    const endsAt = performance.now() + remainingMs;
    const context = {
      awsRequestId: 'lambda-request',
      getRemainingTimeInMillis: () => endsAt - performance.now(),
    };
    return (await handler(event, context as Context as never)) as APIGatewayProxyResult;
  }
  return { invoke, lines, vends, bugs };
}

export function eventOf(overrides: object = {}, requestTimeEpoch: unknown = Date.now()) {
  return {
    resource: '/{proxy+}',
    path: '/v2/oauth/token',
    pathParameters: { proxy: 'v2/oauth/token' },
    httpMethod: 'POST',
    headers: { 'Content-Type': 'application/json' },
    multiValueHeaders: { 'Content-Type': ['application/json'] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    body: '{"grant_type":"client_credentials"}',
    isBase64Encoded: false,
    requestContext: {
      requestId: 'gateway-request',
      requestTimeEpoch,
      identity: {
        userArn: 'arn:aws:sts::111122223333:assumed-role/checkout-api/session',
        accountId: '111122223333',
      },
    },
    ...overrides,
  };
}

/** A good request of each grant type: what a refused one deviates from. */
export const good = {
  client_credentials: { grant_type: 'client_credentials', client_id: 'acme', scope: 'connect:fulfillment' },
  fulfillment_user_assertion: {
    grant_type: 'fulfillment_user_assertion',
    client_id: 'acme',
    scope: 'connect:post_checkout',
    user_id: 'alice',
  },
  bearer: {
    grant_type: bearer,
    client_id: 'acme',
    scope: 'connect:recommendations',
    assertion: 'canary-assertion',
  },
  authorization_code: {
    grant_type: 'authorization_code',
    client_id: 'acme',
    scope: 'account_linking',
    code: 'canary-code',
    redirect_uri: 'https://shop.example/callback',
  },
};

/** API Gateway's event of a request in JSON, with headers beside its content type. */
export function jsonEvent(fields: object, headers: Record<string, string | string[]> = {}) {
  const all = Object.entries({ 'Content-Type': 'application/json', ...headers });
  return eventOf({
    headers: Object.fromEntries(all.map(([name, value]) => [name, [value].flat().at(-1)])),
    multiValueHeaders: Object.fromEntries(all.map(([name, value]) => [name, [value].flat()])),
    body: JSON.stringify(fields),
  });
}

/** What a caller and an operator see of one refused request. */
export async function refusalOf(event: object, options: Parameters<typeof handlerWith>[0] = {}) {
  const { invoke, lines, vends } = handlerWith(options);
  const { statusCode: status, body, headers } = await invoke(event);
  const { error, error_description: description } = JSON.parse(body) as Record<string, unknown>;
  return { status, error, reason: lines[0]?.['reason'], description, headers, vends: vends.length };
}
