import { parseCallerArn } from '../../../lambda/http/caller.ts';
import type { Grant, Policy } from '../../../lambda/policy/policy.ts';
import { matchesPrincipal } from '../../../lambda/policy/principal.ts';
import { type Caller, userArnOf } from '../emulators/callers.ts';

export type FirstRequest = { caller: Caller; body: string };

/** A request that the policy grants: the first caller with a grant by client_credentials asks for its first scope. */
export function firstRequest(policy: Policy, callers: readonly Caller[]): FirstRequest | undefined {
  for (const caller of callers) {
    const grant = policy.grants.find(
      (one) => one.grantType === 'client_credentials' && isGranted(one, caller),
    );
    if (grant !== undefined) return { caller, body: JSON.stringify(bodyFor(grant, policy)) };
  }
  return undefined;
}

function isGranted({ principals }: Grant, caller: Caller): boolean {
  const identity = parseCallerArn(userArnOf(caller));
  return identity !== undefined && principals.some((principal) => matchesPrincipal(principal, identity));
}

function bodyFor({ client, grantType, scopes }: Grant, { clients }: Policy): Record<string, string> {
  return {
    grant_type: grantType,
    ...(clients.length > 1 && { client_id: client }),
    ...(scopes[0] !== undefined && { scope: scopes[0] }),
  };
}

/** A command for any POSIX shell that sends the same request again, with curl 7.75 or newer. */
export function curlCommand(url: string, { caller, body }: FirstRequest): string {
  const { accessKeyId, secretAccessKey, sessionToken } = caller;
  const parts = [
    'curl --aws-sigv4 aws:amz:us-east-1:execute-api',
    `--user ${quote(`${accessKeyId}:${secretAccessKey}`)}`,
    ...(sessionToken === undefined ? [] : [`--header ${quote(`x-amz-security-token: ${sessionToken}`)}`]),
    `--header ${quote('content-type: application/json')}`,
    `--data ${quote(body)}`,
    quote(url),
  ];
  return parts.join(' \\\n    ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
