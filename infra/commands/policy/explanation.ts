import type { Policy } from '../../../lambda/policy/policy.ts';
import type { Identity } from '../../../lambda/policy/principal.ts';
import { splitScopes } from '../../../lambda/protocol/scopes.ts';
import { findNearestGrant, type NearestGrant } from '../../grants/nearest-grant.ts';
import { listInWords, scopeInWords } from '../../grants/words.ts';
import type { Question, Verdict } from './ask-function.ts';

export type Explanation = {
  allow: boolean;
  /** The ids of the grants that allow it. */
  grants: readonly string[];
  /** Of the request, or what a request without a scope means. Null where the function cannot tell. */
  scopes: readonly string[] | null;
  /** As in the audit line. Null where the request is allowed, and so are those below. */
  reason: string | null;
  status: number | null;
  error: string | null;
  /** The error_description of the answer. */
  description: string | null;
  nearest: NearestGrant | null;
};

export function describeVerdict(
  policy: Policy,
  caller: Identity,
  { scope, ...request }: Question,
  verdict: Verdict,
): Explanation {
  if (verdict.allow) {
    const { grants, scopes } = verdict;
    const nothing = { reason: null, status: null, error: null, description: null, nearest: null };
    return { allow: true, grants, scopes, ...nothing };
  }
  const { reason, status, error, description } = verdict;
  const scopes = scope === null ? [] : scope === undefined ? null : splitScopes(scope);
  // Other errors are about the request alone.
  const nearest =
    status === 403
      ? findNearestGrant(policy, caller, { ...request, scopes: scopes ?? undefined })
      : undefined;
  return {
    ...{ allow: false, grants: [], scopes, reason, status, error, description },
    nearest: nearest ?? null,
  };
}

export function explanationLines({ allow, grants, scopes, ...denial }: Explanation): string[] {
  if (allow) {
    const what = scopes === null || scopes.length === 0 ? scopeInWords(null) : listInWords(scopes);
    return [`Allowed: ${what}, by grant ${grants.join(', ')}`];
  }
  const { reason, status, error, description, nearest } = denial;
  return [
    `Denied: reason ${reason}`,
    `The caller gets ${status} ${error}: ${description}`,
    ...(nearest === null ? [] : nearestLines(nearest)),
  ];
}

function nearestLines({ grant, scope, takes }: NearestGrant): string[] {
  const what = scope === null ? '' : ` for ${scopeInWords(scope)}`;
  return [
    `The nearest grant${what} is ${grant}:`,
    ...takes.map(({ reason, text }) => `  ${reason}: ${text}`),
  ];
}
