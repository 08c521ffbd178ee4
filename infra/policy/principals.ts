import type { Principal } from '../../lambda/policy/principal.ts';

/** A principal as the function compares it, or what is wrong with the ARN and what to write instead. */
export type ParsedPrincipal = { principal: Principal } | { problem: string };

const arn = /^arn:([^:]*):([^:]*):([^:]*):([^:]*):([^/]*)\/(.*)$/;
const nameCharacters = /^[\w+=,.@-]+\*?$/;
/** Also keeps `${…}`, which IAM would fill in, out of the resource policy. */
const pathCharacters = /^(?:[\w+=,.@-]+\/)*$/;
const ssoPrefix = 'AWSReservedSSO_';

/**
 * Reads a principal of the policy: `arn:aws:iam::111122223333:role/NAME`, with or without a path, NAME perhaps
 * ending in `*`; `user/NAME`, exact; `role/AWSReservedSSO_SET_*` for a permission set of IAM Identity Center.
 */
export function parsePrincipal(text: string): ParsedPrincipal {
  const [, partition = '', service = '', region = '', account = '', kind = '', rest = ''] =
    arn.exec(text) ?? [];
  const problem =
    wholesale(text) ??
    session(service, kind, partition, account, rest) ??
    place(partition, service, region, account) ??
    (kind === 'role' || kind === 'user' ? undefined : `only roles and users can be principals: ${write()}`);
  if (problem !== undefined) return { problem };
  const name = rest.slice(rest.lastIndexOf('/') + 1);
  const path = rest.slice(0, rest.length - name.length);
  const wrong = badPath(path) ?? (kind === 'user' ? badUser(name) : badRole(name));
  if (wrong !== undefined) return { problem: wrong };
  return { principal: { partition, account, kind: kind as Principal['kind'], ...pattern(name) } };
}

function write(account = '111122223333', what = 'role/NAME', partition = 'aws'): string {
  return `write arn:${partition}:iam::${account}:${what}`;
}

function wholesale(text: string): string | undefined {
  if (text === '*') return `* would be everyone: ${write()} for each role that may`;
  if (/^\d{12}$/.test(text)) return `an account is no principal: ${write(text)} for each role that may`;
  const [, account] = /^arn:[^:]*:iam::([^:]*):root$/.exec(text) ?? [];
  if (account !== undefined) return `an account's root is no principal: ${write()} for each role that may`;
  return arn.test(text) ? undefined : `this is no ARN of a role or user: ${write()}`;
}

/** A session's name is whatever its caller chose, so it can prove nothing. */
function session(
  service: string,
  kind: string,
  partition: string,
  account: string,
  rest: string,
): string | undefined {
  if (service !== 'sts') return undefined;
  if (kind !== 'assumed-role') return `federated users cannot be principals: ${write()}`;
  const [name = ''] = rest.split('/');
  const role = nameCharacters.test(name) && !name.endsWith('*') ? name : 'NAME';
  const where = /^\d{12}$/.test(account) ? account : undefined;
  return `a session is no principal, its role is: ${write(where, `role/${role}`, partition)}`;
}

function place(partition: string, service: string, region: string, account: string): string | undefined {
  if (!/^aws(-[a-z]+)*$/.test(partition)) return `the partition must be said exactly: ${write()}`;
  if (service !== 'iam' || region !== '') return `only IAM's roles and users can be principals: ${write()}`;
  if (!/^\d{12}$/.test(account)) return `the account must be said, all 12 digits: ${write()}`;
  return undefined;
}

function badPath(path: string): string | undefined {
  if (path.includes('*')) return `* may stand at the end of a role's name only: ${write()} without the path`;
  if (!pathCharacters.test(path) || path.length > 511) {
    return `this path is none that IAM has: ${write()} without the path`;
  }
  return undefined;
}

function badUser(name: string): string | undefined {
  if (name.includes('*')) return `users are named one by one, without *: ${write(undefined, 'user/NAME')}`;
  return badName(name, 'user');
}

function badRole(name: string): string | undefined {
  if (name === '*') return `* would be every role there: ${write()} for each, or role/PREFIX*`;
  if (name.slice(0, -1).includes('*'))
    return `* may stand at the end of a role's name only: write role/PREFIX*`;
  return badName(name, 'role') ?? badPermissionSet(name);
}

function badName(name: string, kind: string): string | undefined {
  if (nameCharacters.test(name) && name.length <= 64) return undefined;
  return `this name is none that IAM has (1 to 64 letters, digits and _+=,.@-): ${write(undefined, `${kind}/NAME`)}`;
}

/** Identity Center's roles end in 16 digits that it picks, and SET* would take in the sets SET and SET_Admin alike. */
function badPermissionSet(name: string): string | undefined {
  const prefix = name.endsWith('*') ? name.slice(0, -1) : undefined;
  if (prefix !== undefined && ssoPrefix.startsWith(prefix)) {
    return `this would take in every permission set of IAM Identity Center: write ${ssoPrefix}SET_* for one of them, or a longer prefix`;
  }
  if (!name.startsWith(ssoPrefix)) return undefined;
  const fits = prefix === undefined ? /^.+_[0-9a-f]{16}$/ : /^.+_\*$/;
  if (fits.test(name.slice(ssoPrefix.length))) return undefined;
  const set = name.slice(ssoPrefix.length).replace(/_?\*?$/, '') || 'SET';
  return `this matches no one permission set of IAM Identity Center: write role/${ssoPrefix}${set}_*`;
}

function pattern(name: string): Pick<Principal, 'name' | 'match'> {
  if (!name.endsWith('*')) return { name, match: 'exact' };
  const match = name.startsWith(ssoPrefix) ? 'permissionSet' : 'prefix';
  return { name: name.slice(0, -1), match };
}
