import type { Statement } from '../../../infra/api/resource-policy.ts';
import { accountOf, type Caller } from './callers.ts';

/** The API's account where none is named. Its callers need no policy but the API's. */
export const ownAccount = '111122223333';

/** What the two policies say of a caller. */
export type Decision = {
  isAllowed: boolean;
  /** The statements of the resource policy that deny. */
  denying: readonly Statement[];
  byResource: boolean;
  byIdentity: boolean;
  /** The API's. */
  account: string;
};

export type Request = { sourceVpce?: string | undefined; account?: string };

/**
 * Whether API Gateway allows a caller, and why. An explicit deny wins. In the API's own account the identity's policy or the
 * resource policy must allow, for another account both. Every statement's Principal is `*`. Source: API Gateway,
 * "Authorization flow". A test compares it with an evaluator of IAM policies that is not ours.
 */
export function authorise(
  statements: readonly Statement[],
  caller: Caller,
  { sourceVpce, account = ownAccount }: Request = {},
): Decision {
  const applying = statements.filter((statement) => conditionsHold(statement, caller, sourceVpce));
  const denying = applying.filter(({ Effect }) => Effect === 'Deny');
  const byResource = applying.some(({ Effect }) => Effect === 'Allow');
  const byIdentity = caller.identityPolicyAllows === true;
  const isLetIn = accountOf(caller) === account ? byResource || byIdentity : byResource && byIdentity;
  return { isAllowed: denying.length === 0 && isLetIn, denying, byResource, byIdentity, account };
}

export function mayInvoke(
  statements: readonly Statement[],
  caller: Caller,
  sourceVpce?: string | undefined,
): boolean {
  return authorise(statements, caller, { sourceVpce }).isAllowed;
}

function conditionsHold(
  { Condition = {} }: Statement,
  caller: Caller,
  sourceVpce: string | undefined,
): boolean {
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) =>
      holds(operator, contextValue(key, caller, sourceVpce), values),
    ),
  );
}

function contextValue(key: string, caller: Caller, sourceVpce: string | undefined): string | undefined {
  if (key === 'aws:PrincipalArn') return caller.principalArn;
  if (key === 'aws:PrincipalAccount') return accountOf(caller);
  if (key === 'aws:SourceVpce') return sourceVpce;
  throw new Error(`The emulated gateway knows no condition key ${key}`);
}

/** Of a key that the request does not have, a negated operator holds and another does not. */
function holds(operator: string, actual: string | undefined, values: readonly string[]): boolean {
  if (operator === 'StringEquals') return actual !== undefined && values.includes(actual);
  if (operator === 'StringNotEquals') return actual === undefined || !values.includes(actual);
  if (operator === 'ArnNotLike') return actual === undefined || !values.some((arn) => arnLike(arn, actual));
  throw new Error(`The emulated gateway knows no operator ${operator}`);
}

/** `*` is any characters, `/` among them, but never a colon between an ARN's first five parts. */
function arnLike(pattern: string, actual: string): boolean {
  const [wanted, given] = [pattern, actual].map((arn) => {
    const parts = arn.split(':');
    return [...parts.slice(0, 5), parts.slice(5).join(':')];
  }) as [string[], string[]];
  return wanted.every((part, at) =>
    new RegExp(`^${part.split('*').map(RegExp.escape).join('.*')}$`).test(given[at] ?? ''),
  );
}
