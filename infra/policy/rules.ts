import type { Finding } from '../files/problems.ts';
import { isObject } from '../files/schema-findings.ts';
import { type Clients, clientRules, sharedSecrets } from './client-rules.ts';
import { clientSchema } from './client-schema.ts';
import { grantRules } from './grant-rules.ts';
import { type GrantEntry, grantSchema } from './grant-schema.ts';
import { keepWarmSchema } from './schema.ts';
import { type Draft, draft } from './structure.ts';
import { unknownClients } from './unknown-clients.ts';

/** Checks what must hold between the fields of clients and of grants. Single fields may still be wrong. */
export function ruleFindings(value: unknown): Finding[] {
  const { clients, grants, keepWarm } = (value ?? {}) as Record<string, unknown>;
  const named: Clients = new Map(
    Object.entries(isObject(clients) ? clients : {}).map(([name, raw]) => [name, draft(clientSchema, raw)]),
  );
  const drafts = (Array.isArray(grants) ? grants : []).map((raw) => draft(grantSchema, raw));
  const kept = (Array.isArray(keepWarm) ? keepWarm : []).map((raw) => draft(keepWarmSchema, raw));
  return [
    ...[...named].flatMap(([name, client]) => within(['clients', name], clientRules(client))),
    ...sharedSecrets(named),
    ...drafts.flatMap((grant, index) => within(['grants', index], grantRules(grant, named))),
    ...unknownClients(named, { grants: drafts, keepWarm: kept }),
    ...repeatedIds(drafts),
    ...mixedPartitions(drafts),
  ];
}

function within(prefix: PropertyKey[], findings: Iterable<Finding>): Finding[] {
  return [...findings].map((finding) => ({ ...finding, path: [...prefix, ...finding.path] }));
}

function* repeatedIds(grants: ReadonlyArray<Draft<GrantEntry>>): Iterable<Finding> {
  const seen = new Map<string, number>();
  for (const [index, { fields }] of grants.entries()) {
    if (fields.id === undefined) continue;
    const first = seen.get(fields.id);
    if (first === undefined) seen.set(fields.id, index);
    else yield { path: ['grants', index, 'id'], text: `grants[${first}] has the same id: write another` };
  }
}

/** An identity of one partition cannot sign requests in another, and the deployment would fail on its account. */
function* mixedPartitions(grants: ReadonlyArray<Draft<GrantEntry>>): Iterable<Finding> {
  const all = grants.flatMap(({ fields }, grant) =>
    (fields.principals ?? []).map(({ principal: { partition } }, index) => ({
      partition,
      path: ['grants', grant, 'principals', index],
    })),
  );
  for (const { partition, path } of all) {
    if (partition === all[0]?.partition) continue;
    yield {
      path,
      text: `is in another partition than the first principal: write arn:${all[0]?.partition}:…`,
    };
  }
}
