import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { accountOf, type Caller, userArnOf } from '../local/emulators/callers.ts';
import { type Application, startConnect } from '../local/emulators/connect-emulator.ts';
import { type SignedInit, signedFetch } from '../local/emulators/signed-client.ts';
import { startStack } from '../local/instance/system.ts';
import { canary } from './canary.ts';
import { readEmbeddedMetrics } from './embedded-metrics.ts';
import { policyText } from './front-door-policy.ts';
import { sourceFunction } from './source-function.ts';

/** The bundle in a thread of its own, or its sources in this process, where coverage sees them. */
export type Kind = 'bundle' | 'source';

const caller = (name: string, principal: string, more: Partial<Caller> = {}): Caller => ({
  accessKeyId: `key-${name}`,
  secretAccessKey: `secret-${name}-${canary}`,
  principalArn: `arn:aws:iam::${principal}`,
  ...more,
});

/** Who signs in the tests, by what they are. */
export const callers = {
  checkout: caller('checkout', '111122223333:role/apps/checkout-api'),
  backOffice: caller('back-office', '111122223333:role/back-office-eu'),
  pointOfSale: caller('pos', '111122223333:role/point-of-sale'),
  storefront: caller('storefront', '111122223333:role/storefront'),
  linker: caller('linker', '111122223333:role/account-linking'),
  ci: caller('ci', '111122223333:user/ci'),
  operator: caller(
    'operator',
    '111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef',
  ),
  session: caller('session', '111122223333:role/apps/checkout-api', { sessionToken: `session-${canary}` }),
  partner: caller('partner', '444455556666:role/partner', { identityPolicyAllows: true }),
  partnerAlone: caller('partner-alone', '444455556666:role/partner'),
  stranger: caller('stranger', '111122223333:role/stranger', { identityPolicyAllows: true }),
  outsider: caller('outsider', '999988887777:role/checkout-api', { identityPolicyAllows: true }),
};

export type CallerName = keyof typeof callers;

export type Answer = { status: number; headers: Headers; text: string; body: Record<string, unknown> };

export type World = Awaited<ReturnType<typeof createWorld>>;

/** The whole system: emulators, gateway and the function, with a canary in every secret there is. */
export async function createWorld(kind: Kind, fleet: { instances?: number; inProcesses?: boolean } = {}) {
  const acme: Application = {
    clientId: `acme-id-${canary}`,
    clientSecret: `acme-secret-${canary}`,
    privateScopes: { 'connect:private_thing': ['client_credentials'] },
  };
  const beta: Application = {
    clientId: `beta-id-${canary}`,
    clientSecret: `beta-secret-${canary}`,
    scopeSeparator: ' ',
  };
  const connect = await startConnect({ applications: [acme, beta] });
  const policy = compilePolicy(policyText(connect.url), 'policy.yaml');
  const pair = ({ clientId, clientSecret }: Application) =>
    JSON.stringify({ client_id: clientId, client_secret: clientSecret });
  const stack = await startStack({
    policy,
    callers: Object.values(callers),
    secrets: {
      'connect/acme': pair(acme),
      'connect/beta': pair(beta),
      'connect/unset': JSON.stringify({ client_id: '', client_secret: canary }),
    },
    ...fleet,
  });
  const source =
    kind === 'source'
      ? sourceFunction(policy.policy, {
          secretsManager: stack.secretsManager.url,
          dynamodb: stack.dynamodb.url,
        })
      : undefined;
  if (source !== undefined) stack.state.invoke = source.invoke;
  const invoke = (event: object) => (source === undefined ? stack.invoke(event) : source.invoke(event));

  const lines = source?.lines ?? stack.lines;

  async function send(as: CallerName, path: string, init: SignedInit): Promise<Answer> {
    return answerOf(await signedFetch(new URL(path, stack.url).href, init, callers[as]));
  }

  /** A token request in JSON. */
  function ask(as: CallerName, fields: object, headers: Record<string, string> = {}): Promise<Answer> {
    const body = JSON.stringify({ client_id: 'acme', grant_type: 'client_credentials', ...fields });
    return send(as, '/v2/oauth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  }

  const audits = () =>
    lines
      .filter((line) => line.includes('"token request"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  /** A request's one audit line: written before the answer, it may arrive after it from the function's own thread. */
  async function auditOf({ headers }: Answer): Promise<Record<string, unknown>> {
    const written = () => audits().filter(({ request_id }) => request_id === headers.get('x-amzn-requestid'));
    await expect.poll(written).toHaveLength(1);
    return written()[0] ?? {};
  }

  /** A function that remembers nothing, behind the same gateway. */
  async function renewFunction(): Promise<void> {
    if (source === undefined) await stack.replaceInstances();
    else source.forget();
  }

  /** What the gateway would make of a token request. */
  function eventFor(as: CallerName, fields: object): object {
    return {
      path: '/v2/oauth/token',
      httpMethod: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: 'acme', grant_type: 'client_credentials', ...fields }),
      requestContext: {
        requestId: randomUUID(),
        requestTimeEpoch: Date.now(),
        identity: { userArn: userArnOf(callers[as]), accountId: accountOf(callers[as]) },
      },
    };
  }

  return {
    kind,
    connect,
    acme,
    beta,
    pair,
    ...stack,
    send,
    ask,
    /** The function itself, without the gateway. */
    invoke,
    eventFor,
    renewFunction,
    /** The same, and an empty table. */
    forget: async () => {
      await stack.dynamodb.clear();
      await renewFunction();
    },
    lines,
    audits,
    auditOf,
    /** What CloudWatch would have measured. */
    metrics: () => readEmbeddedMetrics(lines),
    close: async () => {
      source?.close();
      await Promise.all([stack.close(), connect.close()]);
    },
  };
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: JSON.parse(text) as Record<string, unknown>,
  };
}

/** A new user id under the storefront's grant: a token that nobody has asked for yet. */
export function newShopper(): string {
  return `shopper-${randomUUID()}`;
}
