import { permissionSetSuffixRule } from '../protocol/names.ts';

/** An AWS identity: an IAM role, by any of its sessions, or an IAM user. */
export type Identity = {
  partition: string;
  account: string;
  kind: 'role' | 'user';
  /** Without its path: a caller's ARN has no path for a role, and names are unique in an account. */
  name: string;
};

/**
 * Identities in the policy. `match` says how `name` is compared with an identity's name:
 * - `exact`: the whole name
 * - `prefix`: a role whose name begins with `name`
 * - `permissionSet`: a role of IAM Identity Center, whose name is `name` and then 16 hexadecimal characters
 */
export type Principal = Identity & { match: 'exact' | 'prefix' | 'permissionSet' };

/** The rule is ASCII, so that the flag, which all rules are written for, changes nothing here. */
const permissionSetEnd = new RegExp(`^${permissionSetSuffixRule}$`, 'u');

export function matchesPrincipal(principal: Principal, identity: Identity): boolean {
  return (
    principal.partition === identity.partition &&
    principal.account === identity.account &&
    principal.kind === identity.kind &&
    matchesName(principal, identity.name)
  );
}

function matchesName({ match, name }: Principal, actual: string): boolean {
  if (match === 'exact') return actual === name;
  if (!actual.startsWith(name)) return false;
  return match === 'prefix' || permissionSetEnd.test(actual.slice(name.length));
}
