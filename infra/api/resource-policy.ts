const maxCharacters = 8192;
/** API Gateway expands each `execute-api:/*` into an ARN, which takes more characters. */
const expansion = 64;

export type Statement = {
  Sid: string;
  Effect: 'Allow' | 'Deny';
  Principal: { AWS: '*' };
  Action: 'execute-api:Invoke';
  Resource: 'execute-api:/*';
  Condition?: Record<string, Record<string, string[]>>;
};

export type Document = { Version: '2012-10-17'; Statement: Statement[] };

export type ResourcePolicy = {
  document: Document;
  /** What the deny statement names: the principals, or only their accounts where the principals do not fit. */
  denyBy: 'principal' | 'account';
};

/**
 * The API's resource policy for the principals of the policy file: a coarse gate before the function, which decides.
 * A condition allows the listed accounts. An account's root as Principal would leave the decision to that account's
 * identity policies, and callers in the API's own account should need none. Callers in other accounts need one in any
 * case. With `vpcEndpointIds`, callers must also come through one of these. Throws PolicyTooLarge where not even the
 * accounts fit.
 */
export function resourcePolicy(
  principals: readonly string[],
  vpcEndpointIds?: readonly string[],
): ResourcePolicy {
  const accounts = [...new Set(principals.map((arn) => arn.split(':')[4] ?? ''))];
  const allow = statement('LetInTheirAccounts', 'Allow', {
    StringEquals: { 'aws:PrincipalAccount': accounts },
  });
  const byPrincipal = statement('KeepOutOthers', 'Deny', {
    ArnNotLike: { 'aws:PrincipalArn': [...new Set(principals.flatMap(patterns))] },
  });
  const networks = vpcEndpointIds === undefined ? [] : [keepOutOtherNetworks(vpcEndpointIds)];
  const full = document(allow, byPrincipal, ...networks);
  if (fits(full)) return { document: full, denyBy: 'principal' };
  const byAccount = statement('KeepOutOthers', 'Deny', {
    StringNotEquals: { 'aws:PrincipalAccount': accounts },
  });
  const short = document(allow, byAccount, ...networks);
  if (fits(short)) return { document: short, denyBy: 'account' };
  throw new PolicyTooLarge(accounts.length, vpcEndpointIds?.length);
}

/** A private domain's own policy. The API's decides on callers. */
export function networkPolicy(vpcEndpointIds: readonly string[]): Document {
  return document(statement('LetInAll', 'Allow'), keepOutOtherNetworks(vpcEndpointIds));
}

/** A request that comes through no VPC endpoint has no `aws:SourceVpce`, which the condition denies as well. */
function keepOutOtherNetworks(vpcEndpointIds: readonly string[]): Statement {
  return statement('KeepOutOtherNetworks', 'Deny', {
    StringNotEquals: { 'aws:SourceVpce': [...vpcEndpointIds] },
  });
}

/** The policy names more accounts and networks than a resource policy can. */
export class PolicyTooLarge extends Error {
  override name = 'PolicyTooLarge';

  constructor(accounts: number, endpoints = 0) {
    const networks = endpoints === 0 ? '' : ` and come through ${endpoints} VPC endpoints`;
    super(
      `The policy's principals belong to ${accounts} accounts${networks}, more than an API's resource policy can name ` +
        `in its ${maxCharacters} characters: split the policy between several stacks.`,
    );
  }
}

/** aws:PrincipalArn contains the path, which the file may leave out. */
function patterns(arn: string): string[] {
  const slash = arn.indexOf('/');
  const name = arn.slice(slash + 1);
  return name.includes('/') ? [arn] : [arn, `${arn.slice(0, slash)}/*/${name}`];
}

function statement(Sid: string, Effect: Statement['Effect'], Condition?: Statement['Condition']): Statement {
  const anyone = { AWS: '*' } as const;
  return {
    Sid,
    Effect,
    Principal: anyone,
    Action: 'execute-api:Invoke',
    Resource: 'execute-api:/*',
    ...(Condition && { Condition }),
  };
}

function document(...Statement: Statement[]): Document {
  return { Version: '2012-10-17', Statement };
}

function fits(policy: Document): boolean {
  return JSON.stringify(policy).length + policy.Statement.length * expansion <= maxCharacters;
}
