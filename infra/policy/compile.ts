import { hash } from 'node:crypto';
import type { Client, Grant, Policy } from '../../lambda/policy/policy.ts';
import { ConfigurationError, type Finding, formatProblem } from '../files/problems.ts';
import { readSource } from '../files/source.ts';
import { readText } from '../files/text-file.ts';
import type { Checks } from './checks.ts';
import type { ClientEntry } from './client-schema.ts';
import { expiringGrants } from './expiry.ts';
import type { GrantEntry } from './grant-schema.ts';
import { keepWarmFindings, toKeepWarm } from './keep-warm.ts';
import { proberFindings, withProber } from './prober.ts';
import { ruleFindings } from './rules.ts';
import { type PolicyFile, policySchema } from './schema.ts';
import { structureFindings } from './structure.ts';

/** A client's secret: the stack creates it under `name`, or it exists already. */
export type ClientSecret =
  | { client: string; name: string }
  | { client: string; arn: string; kmsKeyArn: string | undefined };

export type GrantNotes = { description?: string; owner?: string; expires?: string };

export type CompiledPolicy = {
  /** What the function's bundle carries. */
  policy: Policy;
  /** The secrets that the stack creates or imports, and lets the functions read. */
  secrets: readonly ClientSecret[];
  /** Every principal once, with the path that the file gives; the function does not compare paths. */
  principals: readonly string[];
  /** The role of the stack that tries the service out, if the file has one. Its grant is among the policy's. */
  proberArn: string | undefined;
  /** What the file says about grants to people, by grant id. The function's bundle does not carry it. */
  notes: ReadonlyMap<string, GrantNotes>;
  /** What deserves attention soon, with its line. */
  warnings: readonly string[];
  /** SHA-256 of the file with its line ends as LF, in hex. */
  sha256: string;
};

/**
 * Checks and compiles a policy file's text. `file` is its name in messages.
 * Throws ConfigurationError, which lists every problem with its line and what to write instead.
 */
export function compilePolicy(
  text: string,
  file: string,
  checks: Checks = { target: 'local' },
): CompiledPolicy {
  const { value, locate } = readSource(text, file);
  const refuseIf = (findings: readonly Finding[]) => {
    if (findings.length > 0) throw new ConfigurationError(file, locate(findings));
  };
  refuseIf([...structureFindings(value), ...ruleFindings(value, checks)]);
  const entries = policySchema.parse(value);
  const compiled = toCompiled(entries);
  // The prober's own grant comes last. A token that is granted to nobody else is not worth keeping.
  const written = { ...compiled.policy, grants: compiled.policy.grants.slice(0, entries.grants.length) };
  refuseIf([
    ...keepWarmFindings(entries.keepWarm ?? [], written),
    ...proberFindings(entries, compiled.policy),
  ]);
  const expiring = locate([...expiringGrants(entries.grants, checks.today)]);
  const warnings = expiring.map((problem) => formatProblem(file, problem));
  return { ...compiled, warnings, sha256: hash('sha256', text) };
}

/** Throws ConfigurationError, also where there is no such file. */
export function readPolicy(file: string, checks?: Checks): CompiledPolicy {
  // A checkout with CRLF gives the same SHA-256.
  return compilePolicy(readText(file).replaceAll('\r\n', '\n'), file, checks);
}

function toCompiled({
  clients,
  grants,
  keepWarm = [],
  prober,
}: PolicyFile): Omit<CompiledPolicy, 'warnings' | 'sha256'> {
  const named = Object.entries(clients);
  const policy: Policy = {
    clients: named.map(([name, client]) => toClient(name, client)),
    grants: grants.map(toGrant),
    keepWarm: keepWarm.map(toKeepWarm),
  };
  const principals = grants.flatMap((grant) => grant.principals.map(({ arn }) => arn));
  return {
    policy: prober === undefined ? policy : withProber(policy, prober),
    proberArn: prober?.role.arn,
    secrets: named.map(([name, client]) => toSecret(name, client)),
    notes: new Map(grants.flatMap(toNotes)),
    principals: [...new Set(prober === undefined ? principals : [...principals, prober.role.arn])],
  };
}

function toNotes({ id, description, owner, expires }: GrantEntry): Array<[string, GrantNotes]> {
  const notes = {
    ...(description !== undefined && { description }),
    ...(owner !== undefined && { owner }),
    ...(expires !== undefined && { expires }),
  };
  return Object.keys(notes).length === 0 ? [] : [[id, notes]];
}

function toClient(name: string, entry: ClientEntry): Client {
  return {
    name,
    baseUrl: new URL(entry.baseUrl ?? 'https://connect.instacart.com').origin,
    secretId: entry.secretArn ?? entry.secretName ?? '',
    scopeSeparator: entry.scopeSeparator === 'space' ? ' ' : ',',
    privateScopes: entry.scopes ?? {},
  };
}

function toSecret(client: string, { secretName = '', secretArn, kmsKeyArn }: ClientEntry): ClientSecret {
  return secretArn === undefined ? { client, name: secretName } : { client, arn: secretArn, kmsKeyArn };
}

function toGrant(entry: GrantEntry): Grant {
  const { id, client, grantType, scopes = [], unscoped = false } = entry;
  const { retailerIds = [], users = [], redirectUris = [] } = entry;
  const { maxMinTtl, revoke = false } = entry;
  const principals = entry.principals.map(({ principal }) => principal);
  return {
    ...{ id, principals, client, grantType, scopes, unscoped, retailerIds, users, redirectUris, revoke },
    ...(maxMinTtl !== undefined && { maxMinTtlMs: maxMinTtl * 1000 }),
  };
}
