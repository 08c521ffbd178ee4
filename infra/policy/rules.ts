import type { Finding } from '../files/problems.ts';
import { isObject } from '../files/schema-findings.ts';
import type { Checks } from './checks.ts';
import { type Clients, clientRules, sharedSecrets } from './client-rules.ts';
import { clientSchema } from './client-schema.ts';
import { deploymentRules } from './deployment-rules.ts';
import { expiredGrants } from './expiry.ts';
import { grantRules } from './grant-rules.ts';
import { type GrantEntry, grantSchema } from './grant-schema.ts';
import { onePlace } from './one-place.ts';
import { keepWarmSchema, proberSchema } from './schema.ts';
import { type Draft, draft } from './structure.ts';
import { unknownClients } from './unknown-clients.ts';

/** Checks what must hold between fields, and against the stack's surroundings. Single fields may still be wrong. */
export function ruleFindings(value: unknown, checks: Checks): Finding[] {
  const { clients, grants, keepWarm, prober } = (value ?? {}) as Record<string, unknown>;
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
    ...onePlace(named, drafts, draft(proberSchema, prober)),
    ...deploymentRules(named, drafts, checks),
    ...expiredGrants(drafts, checks.today),
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
