/** Characters that API Gateway takes; it writes `execute-api:/*` out as an ARN, so some are kept back for that. */
const limit = 8192;
const writtenOut = 2 * 64;

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
  /** What the deny goes by: principals, or their accounts alone where the principals take too much room. */
  denyBy: 'principal' | 'account';
};

/**
 * The API's resource policy for the principals of the policy file: a coarse gate, behind which the function decides.
 * The listed accounts are let in by condition: an account's root as Principal would only hand the question on to
 * that account's identity policies, and callers of the API's own account are to need none. Callers of other accounts
 * need one all the same. Throws PolicyTooLarge where not even the accounts fit.
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

/** The principals are of so many accounts that no resource policy can name them. */
export class PolicyTooLarge extends Error {
  override name = 'PolicyTooLarge';

  constructor(accounts: number) {
    super(
      `The policy's principals are of ${accounts} accounts, more than the ${limit} characters of an API's resource ` +
        'policy can hold: split the policy between several stacks.',
    );
  }
}

/** aws:PrincipalArn has the path that the file may leave out. No role is a Principal: it would have to exist. */
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
  return JSON.stringify(document(...statements)).length + writtenOut <= limit;
}
