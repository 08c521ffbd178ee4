import { compilePolicy } from '../../../infra/policy/compile.ts';
import type { Policy } from '../../../lambda/policy/policy.ts';
import { encodeUserAssertion } from '../../../lambda/protocol/user-assertion.ts';
import { identityKey } from './models/issued-tokens.ts';
import type { TrueTime } from './timeline.ts';

/** Who asks for what. */
export type Identity = {
  name: string;
  role: string;
  grantType: string;
  scope: string;
  user?: string;
  retailerId?: string;
};

const redirectUri = 'https://shop.example/instacart/callback';

const application = (name: string, scope: string, more: Partial<Identity> = {}): Identity => ({
  name,
  role: 'back-office',
  grantType: 'client_credentials',
  scope,
  ...more,
});

export const identities: readonly Identity[] = [
  application('fulfillment', 'connect:fulfillment'),
  shopper(1),
  application('garden', 'connect:fulfillment', { retailerId: 'the-garden' }),
  shopper(2),
  application('several', 'connect:fulfillment,connect:ian'),
  application('ads', 'connect:ian'),
];

export function shopper(number: number): Identity {
  return {
    name: `shopper-${number}`,
    role: 'storefront',
    grantType: 'fulfillment_user_assertion',
    scope: 'connect:post_checkout',
    user: `shopper-${number}`,
  };
}

const compiled = new Map<boolean, Policy>();

/** The one client of every run. */
export function createPolicy(keepWarm: boolean): Policy {
  const policy = compiled.get(keepWarm) ?? compile(keepWarm);
  compiled.set(keepWarm, policy);
  return policy;
}

function compile(keepWarm: boolean): Policy {
  const warm = keepWarm ? '\nkeepWarm:\n  - { client: acme, scopes: [connect:fulfillment] }' : '';
  const principal = (role: string) => `principals: ['arn:aws:iam::111122223333:role/${role}']`;
  const text = `
version: 1
clients:
  acme:
    secretName: connect/acme
grants:
  - id: back-office
    ${principal('back-office')}
    client: acme
    grantType: client_credentials
    scopes: [connect:fulfillment, connect:ian]
    retailerIds: [the-garden]
  - id: order-history
    ${principal('storefront')}
    client: acme
    grantType: fulfillment_user_assertion
    scopes: [connect:post_checkout]
    users: ['shopper-*']
  - id: linking
    ${principal('linking')}
    client: acme
    grantType: authorization_code
    scopes: [account_linking]
    redirectUris: ['${redirectUri}']
${warm}`;
  return compilePolicy(text, 'policy.yaml').policy;
}

/** A token request before it is sent. */
export type Ask = {
  identity: Identity;
  /** Seconds. */
  minTtl?: number | undefined;
  refusedSha256?: string | undefined;
  /** A one-time code in place of the identity's own grant. */
  code?: string | undefined;
};

export function keyOf({ identity, code }: Ask): string {
  if (code !== undefined) return identityKey('authorization_code', ['account_linking'], undefined, code);
  const { grantType, scope, retailerId, user } = identity;
  return identityKey(grantType, scope.split(','), retailerId, user);
}

/** As API Gateway invokes the function. */
export function eventFor(ask: Ask, number: number, at: TrueTime): object {
  const role = ask.code === undefined ? ask.identity.role : 'linking';
  const { retailerId } = ask.identity;
  return {
    path: '/v2/oauth/token',
    httpMethod: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(retailerId !== undefined && { 'X-Retailer-Id': retailerId }),
    },
    body: JSON.stringify({ client_id: 'acme', ...fieldsOf(ask) }),
    requestContext: {
      requestId: `request-${number}`,
      requestTimeEpoch: Math.floor(at),
      identity: {
        userArn: `arn:aws:sts::111122223333:assumed-role/${role}/session`,
        accountId: '111122223333',
      },
    },
  };
}

function fieldsOf({ identity, code, minTtl, refusedSha256 }: Ask): object {
  if (code !== undefined)
    return { grant_type: 'authorization_code', scope: 'account_linking', code, redirect_uri: redirectUri };
  const { grantType, scope, user } = identity;
  return {
    grant_type: grantType,
    scope,
    ...(user !== undefined && { assertion: encodeUserAssertion(user) }),
    ...(minTtl !== undefined && { min_ttl: minTtl }),
    ...(refusedSha256 !== undefined && { refused_token_sha256: refusedSha256 }),
  };
}

/** As EventBridge Scheduler invokes the refresh function. */
export function refreshEvent(number: number, at: TrueTime): object {
  return {
    source: 'connect-token-vending.schedule',
    schedule_arn: 'arn:aws:scheduler:us-east-1:111122223333:schedule/default/refresh',
    scheduled_time: new Date(at).toISOString(),
    execution_id: `execution-${number}`,
  };
}
