import { clientsGrantedTo, grantedScopes } from '../../lambda/policy/decision.ts';
import type { Client, Policy } from '../../lambda/policy/policy.ts';
import type { Identity } from '../../lambda/policy/principal.ts';
import { parsePrincipal } from '../policy/principals.ts';
import { standInCallers } from './callers.ts';
import { createArnOf, pathlessArn, principalInWords, type ShownPolicy } from './principal-arns.ts';
import { scopeInWords, shortGrantType } from './words.ts';

/** What a reviewer should know although the grants permit the same: another door, another meaning, another path. */
export function notesOn(before: ShownPolicy, after: ShownPolicy): string[] {
  return [
    ...before.policy.clients.flatMap((client) => clientNotes(client, after.policy)),
    ...after.policy.clients.flatMap((client) => newClientNotes(before.policy, client)),
    ...clientIdNotes(before, after),
    ...scopeNotes(before, after),
    ...pathNotes(before, after),
  ];
}

function clientNotes(before: Client, { clients }: Policy): string[] {
  const after = clients.find(({ name }) => name === before.name);
  if (after === undefined) return [];
  const change = (what: string, from: string, to: string, means: string) =>
    from === to ? [] : [`${before.name} has another ${what}, ${means}: it was ${from} and is ${to}`];
  return [
    ...change('baseUrl', before.baseUrl, after.baseUrl, 'so the same grants open another door'),
    ...change('secret', before.secretId, after.secretId, "so its tokens may be another application's"),
  ];
}

/** Grants of a new client open a door that no line of a gain names. */
function newClientNotes({ clients }: Policy, { name, baseUrl, secretId }: Client): string[] {
  if (clients.some((client) => client.name === name)) return [];
  return [`${name} is a new client: its secret ${secretId} goes to ${baseUrl}`];
}

/** A request without `client_id` means the one client that its caller is granted. */
function clientIdNotes(before: ShownPolicy, after: ShownPolicy): string[] {
  const arnOf = createArnOf([...before.principals, ...after.principals]);
  const principals = before.policy.grants.flatMap((grant) => grant.principals);
  return standInCallers(principals).flatMap(({ identity, closest }) => {
    const [was = [], is = []] = [before, after].map(({ policy }) => clientsGrantedTo(policy, identity));
    if (was.length !== 1 || is.length === 0 || was.join() === is.join()) return [];
    const now = is.length > 1 ? 'must name one now' : `means ${is[0]}`;
    return `${principalInWords(arnOf(closest))}: a request without client_id meant ${was[0]} and ${now}`;
  });
}

/** A request without a scope means what its caller is granted, so that a grant can change the meaning. */
function scopeNotes(before: ShownPolicy, after: ShownPolicy): string[] {
  const arnOf = createArnOf([...before.principals, ...after.principals]);
  const targets = new Map(
    before.policy.grants.map(({ client, grantType }) => [
      JSON.stringify([client, grantType]),
      { client, grantType },
    ]),
  );
  const principals = before.policy.grants.flatMap((grant) => grant.principals);
  return standInCallers(principals).flatMap(({ identity, closest }) =>
    [...targets.values()].flatMap((target) => {
      const [was, is] = [before, after].map(({ policy }) => meaningOf(policy, identity, target));
      if (was === undefined || is === undefined || was === is || was === severalScopes) return [];
      const { client, grantType } = target;
      const who = principalInWords(arnOf(closest));
      return `${who}: a request without scope by ${shortGrantType(grantType)} for ${client} meant ${was} and ${is === severalScopes ? 'must name one now' : `means ${is}`}`;
    }),
  );
}

const severalScopes = 'one of several';

function meaningOf(
  policy: Policy,
  caller: Identity,
  target: Parameters<typeof grantedScopes>[2],
): string | undefined {
  const granted = grantedScopes(policy, caller, target);
  if (!granted.allow) return undefined;
  if (granted.unscoped) return scopeInWords(null);
  return granted.scopes.length === 1 ? scopeInWords(granted.scopes[0]) : severalScopes;
}

/** The function ignores the path. API Gateway's resource policy compares it. */
function pathNotes(before: ShownPolicy, after: ShownPolicy): string[] {
  const [was, is] = [before, after].map(({ principals }) => arnsByRole(principals));
  return [...(was ?? [])].flatMap(([role, arns]) => {
    const now = is?.get(role);
    if (now === undefined || now.join() === arns.join()) return [];
    return `${arns.join(' and ')} is written ${now.join(' and ')} now: API Gateway compares the path`;
  });
}

function arnsByRole(arns: readonly string[]): Map<string, string[]> {
  return Map.groupBy(arns.toSorted(), (arn) => {
    const parsed = parsePrincipal(arn);
    return 'principal' in parsed ? pathlessArn(parsed.principal) : arn;
  });
}
