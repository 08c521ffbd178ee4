import type { Grant } from '../../lambda/policy/policy.ts';
import { type Identity, matchesPrincipal } from '../../lambda/policy/principal.ts';
import type { GrantType } from '../../lambda/protocol/scopes.ts';
import { type ArnOf, createArnOf, type ShownPolicy } from './principal-arns.ts';

/** One thing that a principal may have. All conditions of a row hold together, as they do in one grant. */
export type Row = {
  /** The ARN as the file has it. */
  principal: string;
  client: string;
  grant_type: GrantType;
  /** Null: the token without a scope. */
  scope: string | null;
  users: readonly string[];
  redirect_uris: readonly string[];
  retailer_ids: readonly string[];
  /** In seconds. Null: what the service allows. */
  max_min_ttl: number | null;
  revoke: boolean;
  /** The ids of the grants with these conditions. */
  grants: string[];
};

/** Keeps the rows that apply to one identity, or that are for one scope (null: unscoped). */
export type RowFilter = { who?: Identity | undefined; scope?: string | null | undefined };

/**
 * The rows of the matrix, sorted. Grants with the same conditions share a row. Grants with different ones do not: the
 * function never combines the conditions of two grants.
 */
export function rowsOf({ policy, principals }: ShownPolicy, { who, scope }: RowFilter = {}): Row[] {
  const arnOf = createArnOf(principals);
  const rows = new Map<string, Row>();
  for (const { grants: ids, ...row } of policy.grants.flatMap((grant) => rowsOfGrant(grant, arnOf, who))) {
    if (scope !== undefined && row.scope !== scope) continue;
    const key = JSON.stringify(row);
    const known = rows.get(key);
    rows.set(key, { ...row, grants: [...new Set([...(known?.grants ?? []), ...ids])].sort() });
  }
  return [...rows].toSorted(([a], [b]) => compareTexts(a, b)).map(([, row]) => row);
}

function rowsOfGrant(grant: Grant, arnOf: ArnOf, who: Identity | undefined): Row[] {
  const principals = grant.principals.filter((one) => who === undefined || matchesPrincipal(one, who));
  const scopes = grant.unscoped ? [null] : grant.scopes;
  return principals.flatMap((principal) =>
    scopes.map((scope) => ({
      principal: arnOf(principal),
      client: grant.client,
      grant_type: grant.grantType,
      scope,
      ...limitsOf(grant),
      grants: [grant.id],
    })),
  );
}

function limitsOf({ users, redirectUris, retailerIds, maxMinTtlMs, revoke }: Grant) {
  return {
    users: users.toSorted(compareTexts),
    redirect_uris: redirectUris.toSorted(compareTexts),
    retailer_ids: retailerIds.toSorted(compareTexts),
    max_min_ttl: maxMinTtlMs === undefined ? null : maxMinTtlMs / 1000,
    revoke,
  };
}

/** The same order on every machine, whatever its language. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
