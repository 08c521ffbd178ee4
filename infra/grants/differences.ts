import type { GrantType } from '../../lambda/protocol/scopes.ts';
import { type Comparison, comparePolicies, type Difference } from './comparison.ts';
import { boxInWords, type Conditions } from './conditions.ts';
import { notesOn } from './notes.ts';
import { type ArnOf, createArnOf, principalInWords, type ShownPolicy } from './principal-arns.ts';
import { compareTexts } from './rows.ts';
import { scopeInWords, shortGrantType } from './words.ts';

/** One gain or loss, with ARNs as the files have them. */
export type DifferenceRow = {
  principal: string;
  /** Principals that `principal` covers and that this row is not about. */
  except_principals: string[];
  client: string;
} & ({ grant_type: GrantType; scope: string | null; conditions: Conditions } | { revoke: true });

export type PolicyDifferences = {
  gains: DifferenceRow[];
  losses: DifferenceRow[];
  /** What changes no grant, and should be looked at. */
  notes: string[];
};

export function differencesBetween(before: ShownPolicy, after: ShownPolicy): PolicyDifferences {
  const arnOf = createArnOf([...before.principals, ...after.principals]);
  const { gains, losses }: Comparison = comparePolicies(before.policy, after.policy);
  return {
    gains: toRows(gains, arnOf),
    losses: toRows(losses, arnOf),
    notes: notesOn(before, after),
  };
}

/** `+ role/checkout-api of 111122223333 gains connect:ian by client_credentials for acme` */
export function differenceLines({ gains, losses, notes }: PolicyDifferences): string[] {
  return [
    ...gains.map((row) => `+ ${whoInWords(row)} gains ${accessInWords(row)}`),
    ...losses.map((row) => `- ${whoInWords(row)} loses ${accessInWords(row)}`),
    ...notes.map((note) => `* ${note}`),
  ];
}

function toRows(differences: readonly Difference[], arnOf: ArnOf): DifferenceRow[] {
  const rows = differences.map(({ principal, except, access: { client, ...access } }) => ({
    principal: arnOf(principal),
    except_principals: except.map(arnOf).toSorted(compareTexts),
    client,
    ...('revoke' in access
      ? access
      : { grant_type: access.grantType, scope: access.scope, conditions: access.conditions }),
  }));
  return rows.toSorted((a, b) => compareTexts(JSON.stringify(a), JSON.stringify(b)));
}

function whoInWords({ principal, except_principals: except }: DifferenceRow): string {
  const others = except.length === 0 ? '' : ` other than ${except.map(nameInWords).join(', ')}`;
  return principalInWords(principal) + others;
}

/** Of the same account as the principal that covers it. */
function nameInWords(arn: string): string {
  return arn.slice(arn.indexOf('/') + 1);
}

function accessInWords(row: DifferenceRow): string {
  if ('revoke' in row) return `the right to revoke the tokens of ${row.client}`;
  const { scope, grant_type: grantType, client, conditions } = row;
  return `${scopeInWords(scope)} by ${shortGrantType(grantType)} for ${client}${boxInWords(conditions)}`;
}
