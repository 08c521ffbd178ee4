import type { Principal } from '../../lambda/policy/principal.ts';
import {
  accountIdRule,
  iamCharacterRule,
  iamNameRule,
  partitionRule,
  permissionSetSuffixRule,
} from '../../lambda/protocol/names.ts';
import { maxPathCharacters, minPrefixCharacters, permissionSetPrefix } from './principal-pattern.ts';

/** A principal as the function compares it, or what is wrong with the ARN and what to write instead. */
export type ParsedPrincipal = { principal: Principal } | { problem: string };

/** What stands between the colons of an ARN; `kind` and `rest` stand before and after its first slash. */
type Parts = {
  partition: string;
  service: string;
  region: string;
  account: string;
  kind: string;
  rest: string;
};

const arnPattern =
  /^arn:(?<partition>[^:]*):(?<service>[^:]*):(?<region>[^:]*):(?<account>[^:]*):(?<kind>[^/]*)\/(?<rest>.*)$/;
const partitionPattern = new RegExp(`^${partitionRule}$`);
const accountPattern = new RegExp(`^${accountIdRule}$`);
const namePattern = new RegExp(`^${iamNameRule}$`);
const prefixPattern = new RegExp(`^${iamCharacterRule}{1,63}\\*$`);
/** Also refuses `${…}`, which IAM would fill in when it evaluates the resource policy. */
const pathPattern = new RegExp(`^(?:${iamCharacterRule}+/)*$`);

/**
 * Reads a principal of the policy: `arn:aws:iam::111122223333:role/NAME`, with or without a path, where NAME may end
 * in `*`; `user/NAME`, exact; `role/AWSReservedSSO_SET_*` for a permission set of IAM Identity Center.
 */
export function parsePrincipal(text: string): ParsedPrincipal {
  const parts = arnPattern.exec(text)?.groups as Parts | undefined;
  if (parts === undefined) return { problem: textProblem(text) };
  const name = parts.rest.slice(parts.rest.lastIndexOf('/') + 1);
  const path = parts.rest.slice(0, parts.rest.length - name.length);
  const problem = arnProblem(parts) ?? pathProblem(path) ?? nameProblem(parts.kind, name);
  if (problem !== undefined) return { problem };
  const { partition, account, kind } = parts;
  return { principal: { partition, account, kind: kind as Principal['kind'], ...matchOf(name) } };
}

function advice(account = '111122223333', what = 'role/NAME', partition = 'aws'): string {
  return `write arn:${partition}:iam::${account}:${what}`;
}

/** For a text that is no ARN with a slash. */
function textProblem(text: string): string {
  if (text === '*') return `* would match everyone: ${advice()} for each role`;
  if (accountPattern.test(text)) return `an account cannot be a principal: ${advice(text)} for each role`;
  if (/^arn:[^:]*:iam::[^:]*:root$/.test(text)) {
    return `an account's root cannot be a principal: ${advice()} for each role`;
  }
  return `this is not the ARN of a role or user: ${advice()}`;
}

function arnProblem(parts: Parts): string | undefined {
  const { partition, service, region, account, kind } = parts;
  if (service === 'sts') return sessionProblem(parts);
  if (!partitionPattern.test(partition)) return `the partition must be exact, such as aws: ${advice()}`;
  if (service !== 'iam' || region !== '') return `only IAM's roles and users can be principals: ${advice()}`;
  if (!accountPattern.test(account)) return `the account must have all of its 12 digits: ${advice()}`;
  if (kind !== 'role' && kind !== 'user') return `only roles and users can be principals: ${advice()}`;
  return undefined;
}

/** The caller chooses its session's name, so the name can prove nothing. */
function sessionProblem({ partition, account, kind, rest }: Parts): string {
  if (kind !== 'assumed-role') return `federated users cannot be principals: ${advice()}`;
  const [name = ''] = rest.split('/');
  const role = namePattern.test(name) ? name : 'NAME';
  const where = accountPattern.test(account) ? account : undefined;
  return `a session cannot be a principal, but its role can: ${advice(where, `role/${role}`, partition)}`;
}

function pathProblem(path: string): string | undefined {
  if (path.includes('*')) return `* may only stand at the end of a role's name: ${advice()} without the path`;
  if (pathPattern.test(path) && path.length <= maxPathCharacters) return undefined;
  return `IAM does not allow this path: ${advice()} without the path`;
}

function nameProblem(kind: string, name: string): string | undefined {
  return kind === 'user' ? userNameProblem(name) : roleNameProblem(name);
}

function userNameProblem(name: string): string | undefined {
  if (!name.includes('*')) return characterProblem(name, 'user');
  return `a user's name cannot have a *: ${advice(undefined, 'user/NAME')} for each user`;
}

function roleNameProblem(name: string): string | undefined {
  if (name === '*') return `* would match every role: ${advice()} for each role, or role/PREFIX*`;
  if (name.slice(0, -1).includes('*'))
    return `* may only stand at the end of a role's name: write role/PREFIX*`;
  return characterProblem(name, 'role') ?? permissionSetProblem(name) ?? prefixProblem(name);
}

function characterProblem(name: string, kind: string): string | undefined {
  if (namePattern.test(name) || prefixPattern.test(name)) return undefined;
  return `IAM does not allow this name (1 to 64 letters, digits and _+=,.@-): ${advice(undefined, `${kind}/NAME`)}`;
}

/**
 * IAM Identity Center appends 16 digits to the name of a permission set's role. `SET*` would match the roles of the
 * sets SET and SET_Admin alike.
 */
function permissionSetProblem(name: string): string | undefined {
  const prefix = name.endsWith('*') ? name.slice(0, -1) : undefined;
  if (prefix !== undefined && permissionSetPrefix.startsWith(prefix)) {
    return `this would match every permission set of IAM Identity Center: write ${permissionSetPrefix}SET_* for one of them, or a longer prefix`;
  }
  if (!name.startsWith(permissionSetPrefix)) return undefined;
  const end = prefix === undefined ? permissionSetSuffixRule : String.raw`\*`;
  const set = name.slice(permissionSetPrefix.length);
  if (new RegExp(`^.+_${end}$`).test(set)) return undefined;
  const written = set.replace(/_?\*?$/, '') || 'SET';
  return `this must match exactly one permission set of IAM Identity Center: write role/${permissionSetPrefix}${written}_*`;
}

function prefixProblem(name: string): string | undefined {
  if (!name.endsWith('*') || name.length > minPrefixCharacters) return undefined;
  return `${name} would match too many roles: write at least ${minPrefixCharacters} characters before the *`;
}

function matchOf(name: string): Pick<Principal, 'name' | 'match'> {
  if (!name.endsWith('*')) return { name, match: 'exact' };
  const match = name.startsWith(permissionSetPrefix) ? 'permissionSet' : 'prefix';
  return { name: name.slice(0, -1), match };
}
