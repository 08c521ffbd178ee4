import type { Identity } from '../policy/principal.ts';
import { accountIdRule, iamNameRule, partitionRule, sessionNameRule } from '../protocol/names.ts';
import type { ApiEvent } from './api-event.ts';
import { OAuthError } from './oauth-error.ts';

/** Who signed the request. The session name is the caller's own choice: recorded, never part of a decision. */
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
 * The caller by API Gateway's word for it, `requestContext.identity`: what the signature proved. Only roles and
 * IAM users: root, federated users and anything else are refused.
 */
export function identifyCaller({ userArn, accountId }: ApiEvent['requestContext']['identity']): Caller {
  const caller = parseCallerArn(userArn ?? '');
  if (caller !== undefined && caller.account === accountId) return caller;
  throw new OAuthError('unauthorized_client', 'caller', 'Only IAM roles and IAM users are vended tokens.');
}

export function parseCallerArn(arn: string): Caller | undefined {
  const asRole = role.exec(arn);
  const [, partition, account, name] = asRole ?? user.exec(arn) ?? [];
  if (partition === undefined || account === undefined || name === undefined) return undefined;
  return { partition, account, kind: asRole === null ? 'user' : 'role', name, arn };
}
