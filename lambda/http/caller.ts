import type { Identity } from '../policy/principal.ts';
import { accountIdRule, iamNameRule, partitionRule, sessionNameRule } from '../protocol/names.ts';
import type { ApiEvent } from './api-event.ts';
import { OAuthError } from './oauth-error.ts';

/** Who signed the request. The caller chooses the session name in `arn`, so it is recorded and never decides. */
export type Caller = Identity & { arn: string };

const role = new RegExp(
  `^arn:(${partitionRule}):sts::(${accountIdRule}):assumed-role/(${iamNameRule})/${sessionNameRule}$`,
  'u',
);
const user = new RegExp(
  `^arn:(${partitionRule}):iam::(${accountIdRule}):user/(?:[\\x21-\\x7e]{1,510}/)?(${iamNameRule})$`,
  'u',
);

/**
 * The caller that API Gateway names in `requestContext.identity`: the one whose signature it verified. Only roles and
 * IAM users are accepted; root, federated users and everything else throw an OAuthError.
 */
export function identifyCaller({ userArn, accountId }: ApiEvent['requestContext']['identity']): Caller {
  const caller = parseCallerArn(userArn ?? '');
  if (caller !== undefined && caller.account === accountId) return caller;
  const account = readAccountId(accountId);
  const signer = account === undefined ? '' : `You signed with credentials of account ${account}. `;
  throw new OAuthError('caller', `${signer}Only IAM roles and IAM users can get tokens.`);
}

const accountIdText = new RegExp(`^${accountIdRule}$`, 'u');

/** Undefined for every text that is not an account's id. */
export function readAccountId(text: string | null | undefined): string | undefined {
  return accountIdText.test(text ?? '') ? (text ?? '') : undefined;
}

/** Undefined for every ARN that is not a role's session or an IAM user's. */
export function parseCallerArn(arn: string): Caller | undefined {
  const asRole = role.exec(arn);
  const [, partition, account, name] = asRole ?? user.exec(arn) ?? [];
  if (partition === undefined || account === undefined || name === undefined) return undefined;
  return { partition, account, kind: asRole === null ? 'user' : 'role', name, arn };
}
