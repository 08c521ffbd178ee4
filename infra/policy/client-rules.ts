import { connectScopes } from '../../lambda/protocol/scopes.ts';
import type { Finding } from '../files/problems.ts';
import type { ClientEntry } from './client-schema.ts';
import type { Draft } from './structure.ts';
import { isOwnHost } from './urls.ts';

export type Clients = ReadonlyMap<string, Draft<ClientEntry>>;

/** Checks what must hold between the fields of one client. */
export function* clientRules(client: Draft<ClientEntry>): Iterable<Finding> {
  if (!client.isObject) return;
  yield* secretRules(client);
  yield* hostRules(client);
  yield* privateScopeRules(client);
}

function* secretRules({ has, fields }: Draft<ClientEntry>): Iterable<Finding> {
  if (has('secretName') === has('secretArn')) {
    yield {
      path: has('secretName') ? ['secretArn'] : [],
      text: has('secretName')
        ? 'cannot be used with secretName: write secretName for a secret that the stack creates, or secretArn for one that exists already'
        : 'has no secret: write secretName: connect/NAME, or secretArn for one that exists already',
    };
  }
  if (!has('kmsKeyArn')) return;
  if (!has('secretArn')) {
    yield {
      path: ['kmsKeyArn'],
      text: 'can only be used with secretArn: remove it, the stack creates a key for its own secrets',
    };
  }
  const [secret, key] = [fields.secretArn, fields.kmsKeyArn].map((arn) => arn?.split(':') ?? []);
  if (secret?.[3] !== undefined && key?.[3] !== undefined && secret[3] !== key[3]) {
    yield { path: ['kmsKeyArn'], text: `must be in the secret's region: write a key in ${secret[3]}` };
  }
}

/** The client's secret goes to its host, so a host that is not Instacart's must be meant. */
function* hostRules({ has, fields: { baseUrl, otherHost } }: Draft<ClientEntry>): Iterable<Finding> {
  if (has('baseUrl') && baseUrl === undefined) return;
  const isOwn = baseUrl === undefined || isOwnHost(baseUrl);
  if (isOwn && otherHost === true) {
    yield { path: ['otherHost'], text: "is for a host that is not Instacart's: remove it" };
  }
  if (!isOwn && !has('otherHost')) {
    yield {
      path: ['baseUrl'],
      text: `${new URL(baseUrl).hostname} is no host of Instacart's: write https://connect.instacart.com, or add otherHost: true if the client's secret is to go there`,
    };
  }
}

function* privateScopeRules({ fields }: Draft<ClientEntry>): Iterable<Finding> {
  for (const scope of Object.keys(fields.scopes ?? {})) {
    if (!Object.hasOwn(connectScopes, scope)) continue;
    const text = `is one of Connect's own scopes: remove it, its grant types are known`;
    yield { path: ['scopes', scope], at: 'key', text };
  }
}

/** A client is one application. Under two names it would have each token twice, and two circuit breakers. */
export function* sharedSecrets(clients: Clients): Iterable<Finding> {
  const seen = new Map<string, string>();
  for (const [name, { fields }] of clients) {
    for (const key of ['secretName', 'secretArn'] as const) {
      const secret = fields[key];
      if (secret === undefined) continue;
      const other = seen.get(secret);
      if (other === undefined) seen.set(secret, name);
      else {
        const text = `client ${other} already has this secret: use that client, or write another secret`;
        yield { path: ['clients', name, key], text };
      }
    }
  }
}
