import type { Grant } from '../../lambda/policy/policy.ts';
import { createArnOf, principalInWords, type ShownPolicy } from './principal-arns.ts';
import { compareTexts } from './rows.ts';
import { conditionsInWords, scopeInWords, shortGrantType } from './words.ts';

/**
 * Every grant in sentences for the template, of which `cdk diff` prints those that come and go: one for what the grant
 * permits, one for each of its principals. In ASCII, since CloudFormation gives other characters back as question marks.
 */
export function templateLines({ policy, principals }: ShownPolicy): string[] {
  const arnOf = createArnOf(principals);
  const grants = policy.grants.toSorted((a, b) => compareTexts(a.id, b.id));
  return [
    ...grants.flatMap((grant) => [
      permissionLine(grant),
      ...[...new Set(grant.principals.map(arnOf))]
        .toSorted(compareTexts)
        .map((arn) => `Grant ${grant.id} is held by ${principalInWords(arn)}.`),
    ]),
    // The last line is always the same: in JSON, a line that is added behind another one changes that one's end.
    'Nobody is granted anything else.',
  ];
}

function permissionLine(grant: Grant): string {
  const { id, client, grantType, maxMinTtlMs } = grant;
  const scopes = grant.unscoped ? [null] : grant.scopes.toSorted(compareTexts);
  const conditions = conditionsInWords({
    ...grant,
    users: grant.users.toSorted(compareTexts),
    redirectUris: grant.redirectUris.toSorted(compareTexts),
    retailerIds: grant.retailerIds.toSorted(compareTexts),
    maxMinTtlSeconds: maxMinTtlMs === undefined ? null : maxMinTtlMs / 1000,
  });
  const limits = conditions.map((condition) => `, ${condition}`).join('');
  return `Grant ${id} permits ${scopes.map(scopeInWords).join(', ')} by ${shortGrantType(grantType)} for ${client}${limits}.`;
}
