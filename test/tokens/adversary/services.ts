import { randomFrom } from '../../support/random.ts';
import type { Host } from './globals.ts';
import type { History } from './history.ts';
import type { Instance } from './instance.ts';
import type { Ledger } from './ledger.ts';
import { pairText } from './models/connect-endpoint.ts';
import { createConnect } from './models/connect-model.ts';
import { createTableModel } from './models/dynamodb-model.ts';
import type { TokenPolicy } from './models/issued-tokens.ts';
import { createSecretsModel } from './models/secrets-model.ts';
import { createTableContents } from './table-contents.ts';
import type { Timeline } from './timeline.ts';
import type { Trouble } from './trouble.ts';

export type ServicesOptions = {
  seed: number;
  tokens: TokenPolicy;
  connectLatencyMs: number;
  timeline: Timeline;
  trouble: Trouble;
  history: History;
  ledger: Ledger;
};

/** All that the functions talk to. */
export function createServices({ seed, tokens, connectLatencyMs, ...world }: ServicesOptions) {
  const { timeline, trouble, history, ledger } = world;
  const forbid = (what: string) => history.violate('model', `the functions may not use ${what}`);
  const common = { timeline, trouble, random: randomFrom(seed), forbid };
  const connect = createConnect({
    ...common,
    tokens,
    latencyMs: connectLatencyMs,
    onAnswer: ({ instanceId, outcome, identity }) =>
      history.note(`Connect answers ${instanceId} ${outcome} for ${identity}`),
  });
  const contents = createTableContents(timeline, connect.tokens);
  const table = createTableModel({
    ...common,
    onWrite: contents.written,
    onCall: (instance, operation) => {
      ledger.count(instance, 'tableCalls');
      history.note(`${instance.id} ${operation}`);
    },
  });
  const firstPair = pairText('application-1', 'secret-1');
  connect.applications.add(firstPair);
  const secrets = createSecretsModel(firstPair, {
    ...common,
    onRead: (instance) => {
      ledger.count(instance, 'secretReads');
      history.note(`${instance.id} reads the secret`);
    },
  });
  return { connect, contents, table, secrets };
}

export type Services = ReturnType<typeof createServices>;

/** How the functions reach the services, and what they print. */
export function createHost({ connect, table, secrets }: Services, options: ServicesOptions): Host {
  const { history, ledger, seed } = options;
  return {
    random: randomFrom(seed + 1),
    fetch: (instance, input, init) => {
      history.note(`${instance.id} asks Connect`);
      const before = connect.requests.length;
      const response = connect.receive(instance, input, init);
      ledger.openOf(instance)?.connect.push(...connect.requests.slice(before));
      return response;
    },
    aws: (instance, sent) =>
      (sent.url.hostname.startsWith('dynamodb.') ? table : secrets).receive(instance, sent),
    write: (instance, text) => readLines(instance, text, options),
  };
}

function readLines(instance: Instance, text: string, { history, ledger }: ServicesOptions): void {
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const fields = JSON.parse(line) as Record<string, unknown>;
    if (fields['level'] === 'ERROR') history.violate('no bug', `${instance.id} logged ${line}`);
    const exchange = ledger.openOf(instance);
    if (fields['message'] === 'token request' && exchange !== undefined) exchange.audit = fields;
  }
}
