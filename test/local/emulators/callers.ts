import { accountIdRule, iamNameRule, partitionRule } from '../../../lambda/protocol/names.ts';

/** An access key, and the AWS identity that signs with it. */
export type Caller = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
  /** With its path, as IAM has it. */
  principalArn: string;
  sessionName?: string | undefined;
  /** Whether its identity policy allows it to invoke the API, which callers of other accounts need. */
  identityPolicyAllows?: boolean | undefined;
};

export const principalPattern = new RegExp(
  `^arn:(${partitionRule}):iam::(${accountIdRule}):(role|user)/(?:.+/)?(${iamNameRule})$`,
  'u',
);

/** The ARN in `requestContext.identity`: of a role's session, which leaves the role's path out. */
export function userArnOf({ principalArn, sessionName = 'local-session' }: Caller): string {
  const [, partition, account, kind, name] = principalPattern.exec(principalArn) ?? [];
  return kind === 'role'
    ? `arn:${partition}:sts::${account}:assumed-role/${name}/${sessionName}`
    : principalArn;
}

export function accountOf({ principalArn }: Caller): string {
  return principalArn.split(':')[4] ?? '';
}
