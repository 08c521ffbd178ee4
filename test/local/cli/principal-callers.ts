import { permissionSetPrefix } from '../../../infra/policy/principal-pattern.ts';
import { parsePrincipal } from '../../../infra/policy/principals.ts';
import { matchesPrincipal, type Principal } from '../../../lambda/policy/principal.ts';
import type { Caller } from '../emulators/callers.ts';

/** IAM Identity Center makes its roles under this path. */
const ssoPath = 'aws-reserved/sso.amazonaws.com/';
const longestName = 64;

/** One caller for each principal of a policy file, with an access key that only the local stack knows. */
export function callersOf(principals: readonly string[], account: string): Caller[] {
  const parsed = principals.flatMap((arn) => {
    const read = parsePrincipal(arn);
    return 'principal' in read ? [{ arn, principal: read.principal }] : [];
  });
  const all = parsed.map(({ principal }) => principal);
  const taken = new Set<string>();
  return parsed.map(({ arn, principal }) => {
    const name = nameFor(principal, all);
    const key = freeKey(name, principal.account, taken);
    return {
      accessKeyId: `example-${key}`,
      secretAccessKey: `not-a-secret-${key}`,
      principalArn: `${placeOf(arn, principal)}${name}`,
      ...(principal.kind === 'role' && { sessionName: 'example' }),
      // A caller of another account needs its own policy's leave too.
      ...(principal.account !== account && { identityPolicyAllows: true }),
    };
  });
}

/** A name that this principal matches and, if possible, no other one of a pattern. */
function nameFor(principal: Principal, all: readonly Principal[]): string {
  const { name, match } = principal;
  if (match === 'exact') return name;
  const ends =
    match === 'permissionSet' ? ['0123456789abcdef', 'fedcba9876543210'] : ['example', 'local', '1'];
  const names = ends.map((end) =>
    `${name}${end}`.slice(0, match === 'permissionSet' ? undefined : longestName),
  );
  const isOnlyIts = (one: string) =>
    all.every((other) => other === principal || !matchesPrincipal(other, { ...principal, name: one }));
  return names.find(isOnlyIts) ?? names[0] ?? name;
}

/** The ARN as the file has it, without the name. */
function placeOf(arn: string, { match }: Principal): string {
  const place = arn.slice(0, arn.lastIndexOf('/') + 1);
  const hasPath = place.indexOf('/') < place.length - 1;
  const isSso = match === 'permissionSet' || arn.includes(`role/${permissionSetPrefix}`);
  return isSso && !hasPath ? `${place}${ssoPath}` : place;
}

/** Spaces, slashes and commas would end a signature's Credential. */
function freeKey(name: string, account: string, taken: Set<string>): string {
  const plain = name.replaceAll(/[^\w.-]/g, '-');
  const candidates = [
    plain,
    `${plain}-${account}`,
    ...Array.from({ length: 99 }, (_, at) => `${plain}-${at + 2}`),
  ];
  const free = candidates.find((key) => !taken.has(key)) ?? `${plain}-${taken.size}`;
  taken.add(free);
  return free;
}
