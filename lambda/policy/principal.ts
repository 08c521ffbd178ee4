import { permissionSetSuffixRule } from '../protocol/names.ts';

/** An AWS identity: an IAM role (whoever assumed it) or an IAM user. */
export type Identity = {
  partition: string;
  account: string;
  kind: 'role' | 'user';
  /** Without its path: names are unique in an account, and a caller's ARN leaves a role's path out. */
  name: string;
};

/**
 * An identity in the policy. `match` says how its `name` is compared:
 * - `exact`: the whole name
 * - `prefix`: a role whose name begins with `name`
 * - `permissionSet`: an IAM Identity Center role, `name` and then 16 hexadecimal characters
 */
export type Principal = Identity & { match: 'exact' | 'prefix' | 'permissionSet' };

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
