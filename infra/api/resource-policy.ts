const maxCharacters = 8192;
/** API Gateway expands `execute-api:/*` into an ARN, which takes more characters. */
const expansion = 2 * 64;

export type Statement = {
  Sid: string;
  Effect: 'Allow' | 'Deny';
  Principal: { AWS: '*' };
  Action: 'execute-api:Invoke';
  Resource: 'execute-api:/*';
  Condition: Record<string, Record<string, string[]>>;
};

export type ResourcePolicy = {
  document: { Version: '2012-10-17'; Statement: Statement[] };
  /** What the deny statement names: the principals, or only their accounts where the principals do not fit. */
  denyBy: 'principal' | 'account';
};

/**
 * The API's resource policy for the principals of the policy file: a coarse gate before the function, which decides.
 * A condition allows the listed accounts. An account's root as Principal would leave the decision to that account's
 * identity policies, and callers in the API's own account should need none. Callers in other accounts need one in any
 * case. Throws PolicyTooLarge where not even the accounts fit.
 */
export function resourcePolicy(principals: readonly string[]): ResourcePolicy {
  const accounts = [...new Set(principals.map((arn) => arn.split(':')[4] ?? ''))];
  const allow = statement('LetInTheirAccounts', 'Allow', {
    StringEquals: { 'aws:PrincipalAccount': accounts },
  });
  const byPrincipal = statement('KeepOutOthers', 'Deny', {
    ArnNotLike: { 'aws:PrincipalArn': [...new Set(principals.flatMap(patterns))] },
  });
  if (fits(allow, byPrincipal)) return { document: document(allow, byPrincipal), denyBy: 'principal' };
  const byAccount = statement('KeepOutOthers', 'Deny', {
    StringNotEquals: { 'aws:PrincipalAccount': accounts },
  });
  if (fits(allow, byAccount)) return { document: document(allow, byAccount), denyBy: 'account' };
  throw new PolicyTooLarge(accounts.length);
}

/** The principals belong to more accounts than a resource policy can name. */
export class PolicyTooLarge extends Error {
  override name = 'PolicyTooLarge';

  constructor(accounts: number) {
    super(
      `The policy's principals belong to ${accounts} accounts, more than an API's resource policy can name in its ` +
        `${maxCharacters} characters: split the policy between several stacks.`,
    );
  }
}

/** aws:PrincipalArn contains the path, which the file may leave out. */
function patterns(arn: string): string[] {
  const slash = arn.indexOf('/');
  const name = arn.slice(slash + 1);
  return name.includes('/') ? [arn] : [arn, `${arn.slice(0, slash)}/*/${name}`];
}

function statement(Sid: string, Effect: Statement['Effect'], Condition: Statement['Condition']): Statement {
  const anyone = { AWS: '*' } as const;
  return {
    Sid,
    Effect,
    Principal: anyone,
    Action: 'execute-api:Invoke',
    Resource: 'execute-api:/*',
    Condition,
  };
}

function document(...Statement: Statement[]): ResourcePolicy['document'] {
  return { Version: '2012-10-17', Statement };
}

function fits(...statements: Statement[]): boolean {
  return JSON.stringify(document(...statements)).length + expansion <= maxCharacters;
}
