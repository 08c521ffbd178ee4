import type { AccessRequest } from '../../lambda/policy/decision.ts';
import type { Grant } from '../../lambda/policy/policy.ts';
import type { Identity, Principal } from '../../lambda/policy/principal.ts';
import { hasUser, type Situation } from './samples.ts';

const anything = '[^\n]*';
/** What a request does not say. No grant names it. */
const unsaid = '\0';

/**
 * Decides in another way than the function does: each condition of a grant is a regular expression that a line of the
 * request must match. The ids of the grants that cover it; undefined: denied.
 */
export function grantsByOracle({ policy, caller, request }: Situation): Set<string> | undefined {
  const wanted = request.scopes.length === 0 ? [unsaid] : request.scopes;
  const covering = wanted.map((scope) => {
    const lines = [...whoAndWhat(caller, request), scope, ...conditionsMet(request)];
    return policy.grants.filter((grant) => isMet(expressionsOf(grant), lines)).map(({ id }) => id);
  });
  return covering.every((ids) => ids.length > 0) ? new Set(covering.flat()) : undefined;
}

/** The grants to this caller, for this client and grant type or as far as `upTo`, whatever else they ask for. */
export function grantsToCaller(
  { policy, caller, request }: Situation,
  upTo: 'caller' | 'client' | 'grant_type' = 'grant_type',
): readonly Grant[] {
  const count = { caller: 1, client: 2, grant_type: 3 }[upTo];
  const lines = whoAndWhat(caller, request).slice(0, count);
  return policy.grants.filter((grant) => isMet(expressionsOf(grant).slice(0, lines.length), lines));
}

function whoAndWhat(
  { partition, account, kind, name }: Identity,
  { client, grantType }: AccessRequest,
): string[] {
  return [[partition, account, kind, name].join(':'), client, grantType];
}

function conditionsMet({ userId, redirectUri, retailerId, minTtlMs = 0 }: AccessRequest): string[] {
  return [userId ?? unsaid, redirectUri ?? unsaid, retailerId ?? unsaid, '1'.repeat(minTtlMs / 1000)];
}

/** In the order of a request's lines. */
function expressionsOf(grant: Grant): string[] {
  const { principals, client, grantType, scopes, unscoped, users, redirectUris, retailerIds } = grant;
  const { maxMinTtlMs } = grant;
  return [
    oneOf(principals.map(principalExpression)),
    RegExp.escape(client),
    RegExp.escape(grantType),
    oneOf(unscoped ? [unsaid] : scopes.map(RegExp.escape)),
    hasUser(grantType) ? oneOf(users.map(userExpression)) : anything,
    grantType === 'authorization_code' ? oneOf(redirectUris.map(RegExp.escape)) : anything,
    oneOf([unsaid, ...retailerIds.map(RegExp.escape)]),
    maxMinTtlMs === undefined ? anything : `1{0,${maxMinTtlMs / 1000}}`,
  ];
}

function principalExpression({ partition, account, kind, name, match }: Principal): string {
  const more = { exact: '', prefix: anything, permissionSet: '[0123456789abcdef]{16}' }[match];
  return RegExp.escape([partition, account, kind, name].join(':')) + more;
}

function userExpression(pattern: string): string {
  return pattern.split('*').map(RegExp.escape).join(anything);
}

function oneOf(alternatives: readonly string[]): string {
  return `(?:${alternatives.length === 0 ? '(?!)' : alternatives.join('|')})`;
}

const compiled = new Map<string, RegExp>();

function isMet(expressions: readonly string[], lines: readonly string[]): boolean {
  return expressions.every((source, index) => {
    const expression = compiled.get(source) ?? new RegExp(`^${source}$`);
    compiled.set(source, expression);
    return expression.test(lines[index] ?? '');
  });
}
