import { randomUUID } from 'node:crypto';
import { compilePolicy } from '../../infra/policy/compile.ts';
import type { Caller } from '../local/emulators/callers.ts';
import { type Application, startConnect } from '../local/emulators/connect-emulator.ts';
import { type SignedInit, signedFetch } from '../local/emulators/signed-client.ts';
import { startStack } from '../local/instance/system.ts';
import { type Answer, answerOf, answerOfResult } from './answer.ts';
import { createAuditReader } from './audit-lines.ts';
import { canary } from './canary.ts';
import { type Measured, readEmbeddedMetrics } from './embedded-metrics.ts';
import { policyText } from './front-door-policy.ts';
import { sourceFunction } from './source-function.ts';
import { createTableScanner } from './table-scanner.ts';
import { type TokenEvent, tokenEvent } from './token-event.ts';

export type { Answer } from './answer.ts';

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
  /** The resource policy's pattern lets it in; it is of another permission set. */
  lookalike: caller(
    'lookalike',
    '111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_Admin_0123456789abcdef',
  ),
  ledger: caller('ledger', '111122223333:role/ledger'),
  session: caller('session', '111122223333:role/apps/checkout-api', { sessionToken: `session-${canary}` }),
  partner: caller('partner', '444455556666:role/partner', { identityPolicyAllows: true }),
  partnerAlone: caller('partner-alone', '444455556666:role/partner'),
  stranger: caller('stranger', '111122223333:role/stranger', { identityPolicyAllows: true }),
  outsider: caller('outsider', '999988887777:role/checkout-api', { identityPolicyAllows: true }),
};

export type CallerName = keyof typeof callers;

export type World = Awaited<ReturnType<typeof createWorld>>;

export type WorldOptions = {
  instances?: number;
  inProcesses?: boolean;
  /** Clients that share acme's application at Connect, each with a secret and a back-off of its own. */
  spareClients?: number;
  /** More clients of that kind by name, each with another base URL than the world's Connect; and whose tokens are kept warm. */
  clientsAt?: Readonly<Record<string, string>>;
  keptWarm?: readonly string[];
  /** Whether the policy has a prober, whose lines are the stack's. */
  withProber?: boolean;
};

/** The application that acme and the spare clients are at Connect. */
export function acmeApplication(): Application {
  return {
    clientId: `acme-id-${canary}`,
    clientSecret: `acme-secret-${canary}`,
    privateScopes: { 'connect:private_thing': ['client_credentials'] },
  };
}

export const callback = 'https://shop.example/instacart/callback';

/** The whole system: emulators, gateway and the function, with a canary in every secret there is. */
export async function createWorld(
  kind: Kind,
  { spareClients = 0, clientsAt = {}, keptWarm = [], withProber = false, ...fleet }: WorldOptions = {},
) {
  const acme = acmeApplication();
  const beta: Application = {
    clientId: `beta-id-${canary}`,
    clientSecret: `beta-secret-${canary}`,
    scopeSeparator: ' ',
  };
  // Read anew each time, for tests that replace the clock.
  const connect = await startConnect({ applications: [acme, beta], now: () => Date.now() });
  const spares = Array.from({ length: spareClients }, (_, index) => `spare-${index}`);
  const more = { ...Object.fromEntries(spares.map((name) => [name, connect.url])), ...clientsAt };
  const prober = withProber ? 'prober: { role: arn:aws:iam::111122223333:role/prober }\n' : '';
  const policy = compilePolicy(`${policyText(connect.url, more, keptWarm)}${prober}`, 'policy.yaml');
  const pair = ({ clientId, clientSecret }: Application) =>
    JSON.stringify({ client_id: clientId, client_secret: clientSecret });
  const stack = await startStack({
    policy,
    callers: Object.values(callers),
    secrets: {
      'connect/acme': pair(acme),
      'connect/beta': pair(beta),
      'connect/unset': JSON.stringify({ client_id: '', client_secret: canary }),
      ...Object.fromEntries(Object.keys(more).map((name) => [`connect/${name}`, pair(acme)])),
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

  /** The function itself, without the gateway: for events that the emulated gateway does not send. */
  async function askFunction(event: TokenEvent): Promise<Answer> {
    return answerOfResult(await invoke(event), event.requestContext.requestId);
  }

  /** A function that remembers nothing, behind the same gateway. */
  async function renewFunction(): Promise<void> {
    if (source === undefined) await stack.replaceInstances();
    else source.forget();
  }

  const table = createTableScanner(stack.dynamodb);
  const codes: string[] = [];

  return {
    kind,
    connect,
    acme,
    beta,
    pair,
    ...stack,
    send,
    ask,
    invoke,
    askFunction,
    /** What the gateway makes of a token request. */
    eventFor: (as: CallerName, fields: object) => tokenEvent(callers[as], fields),
    /** A client that no test has used before. */
    spareClient: (): string => {
      const name = spares.shift();
      if (name === undefined) throw new Error('Create the world with more spare clients');
      return name;
    },
    /** A one-time code of Connect's for the callback, and all that were issued so far. */
    issueCode: (redirectUri = callback, challenge?: string): string => {
      const code = connect.issueCode(redirectUri, challenge);
      codes.push(code);
      return code;
    },
    codes,
    renewFunction,
    /** The same, and an empty table. */
    forget: async () => {
      await table.keep();
      await stack.dynamodb.clear();
      await renewFunction();
    },
    /** Every item that the table holds, or held when it was emptied. */
    storedItems: table.all,
    lines,
    ...createAuditReader(lines),
    /** What CloudWatch would have measured of the functions that always run from the bundle. */
    stackMetrics: (): Measured[] => readEmbeddedMetrics(stack.lines),
    close: async () => {
      source?.close();
      await Promise.all([stack.close(), connect.close()]);
    },
  };
}

/** A new user id under the storefront's grant: a token that nobody has asked for yet. */
export function newShopper(): string {
  return `shopper-${randomUUID()}`;
}
