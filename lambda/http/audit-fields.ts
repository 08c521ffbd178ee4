import type { Audit } from '../observability/audit.ts';
import type { Policy } from '../policy/policy.ts';
import type { ApiEvent } from './api-event.ts';
import { parseCallerArn, readAccountId } from './caller.ts';

/** For the record alone: the sender of a malformed request, or of a secret in it, can be found too. */
export function callerFields({ userArn, accountId }: ApiEvent['requestContext']['identity']): Partial<Audit> {
  const caller = parseCallerArn(userArn ?? '');
  if (caller !== undefined) return { caller: caller.arn, account: caller.account };
  return { account: readAccountId(accountId) };
}

/** Only a name that the policy has: a stranger's own text stays out of the log. */
export function knownClient({ clients }: Policy, name: string | undefined): string | undefined {
  return clients.find((client) => client.name === name)?.name;
}
