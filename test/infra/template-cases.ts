import type { Template } from 'aws-cdk-lib/assertions';
import type { Settings } from '../../infra/settings.ts';
import { goodPolicy, toYaml, withProber } from '../support/policies.ts';
import { addresses, domain } from './addresses.ts';
import type { Properties } from './resources.ts';
import { template } from './synthesise.ts';

/** With secrets of the stack's and of others, all kept warm. */
function policyWith(clients: number, callers: number): string {
  const policy = goodPolicy();
  const names = Array.from({ length: clients }, (_, index) => `client-${index}`);
  const principals = Array.from(
    { length: callers },
    (_, index) => `arn:aws:iam::111122223333:role/caller-${index}`,
  );
  policy.clients = Object.fromEntries(
    names.map((name, index) => [
      name,
      index % 2 === 0
        ? { secretName: `connect/${name}` }
        : { secretArn: `arn:aws:secretsmanager:us-east-1:444455556666:secret:connect/${name}-AbCdEf` },
    ]),
  );
  const [first] = policy.grants;
  policy.grants = names.map((client, index) => ({
    ...first,
    id: client,
    client,
    ...(index === 0 && { principals }),
  }));
  policy.keepWarm = names.map((client) => ({ client, scopes: ['connect:fulfillment'] }));
  return toYaml(policy);
}

const few = policyWith(2, 2);
type Case = [what: string, policy: string, settings: Partial<Settings>];

/** Settings and policies whose templates differ most. */
export const cases: Case[] = [
  ...Object.entries(addresses).map(([what, settings]): [string, string, Partial<Settings>] => [
    what,
    few,
    settings,
  ]),
  ['another stage', few, { stage: 'development', stackName: 'connect-token-vending-development' }],
  [
    'the longest names',
    few,
    {
      stackName: 's'.repeat(64),
      stage: 'p'.repeat(128),
      domain: { ...domain, name: `${'a.'.repeat(120)}shop.example` },
      alarmTopicArn: `arn:aws:sns:us-east-1:111122223333:${'t'.repeat(256)}`,
    },
  ],
  [
    'a prober with the longest name and a path',
    withProber({ prober: { role: `arn:aws:iam::111122223333:role/ops/${'p'.repeat(64)}` } }),
    {},
  ],
  [
    'every setting',
    few,
    { apiGatewayAccountRole: true, reservedConcurrency: 10, endpointAccessMode: 'BASIC' },
  ],
  ['many clients', policyWith(120, 60), { domain, endpoint: addresses.private.endpoint }],
];
const made = new Map<string, Template>();

/** Made once. */
export function templateOf([what, policy, settings]: Case): Template {
  const known = made.get(what) ?? template(policy, settings);
  made.set(what, known);
  return known;
}

/** Between them they have every type of resource. */
export const samples = () =>
  cases
    .filter(([what]) => ['private with a domain', 'execute-api closed', 'many clients'].includes(what))
    .map((one): Properties => templateOf(one).toJSON());

/** A copy in which the first resource of a type is changed. */
export function spoil(type: string, edit: (resource: Properties) => void): Properties {
  const holder = samples().find((one) => resourceOf(one, type) !== undefined);
  if (holder === undefined) throw new Error(`no template has ${type}`);
  const copy = structuredClone(holder);
  edit(resourceOf(copy, type) ?? {});
  return copy;
}

function resourceOf(of: Properties, type: string): Properties | undefined {
  return Object.values<Properties>(of['Resources'] ?? {}).find(({ Type }) => Type === type);
}
