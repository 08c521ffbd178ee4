import { parseCallerArn } from '../../../lambda/http/caller.ts';
import type { Grant, Policy } from '../../../lambda/policy/policy.ts';
import { matchesPrincipal } from '../../../lambda/policy/principal.ts';
import { type Caller, userArnOf } from '../emulators/callers.ts';

export type SignedRequest = { caller: Caller; body: string };

export type FirstRequest = SignedRequest & { client: string };

/** A request that the policy grants: the first caller with a grant by client_credentials asks for its first scope. */
export function firstRequest(policy: Policy, callers: readonly Caller[]): FirstRequest | undefined {
  for (const caller of callers) {
    const grant = policy.grants.find(
      (one) => one.grantType === 'client_credentials' && isGranted(one, caller),
    );
    if (grant === undefined) continue;
    return { caller, client: grant.client, body: JSON.stringify(bodyFor(grant, policy)) };
  }
  return undefined;
}

/** The revocation of a token of that client, by the first caller that the policy lets do it. */
export function revocationOf(
  token: string,
  client: string,
  { grants, clients }: Policy,
  callers: readonly Caller[],
): SignedRequest | undefined {
  const caller = callers.find((one) =>
    grants.some((grant) => grant.revoke && grant.client === client && isGranted(grant, one)),
  );
  const fields = { ...(clients.length > 1 && { client_id: client }), token };
  return caller && { caller, body: JSON.stringify(fields) };
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

/** A command for any POSIX shell that sends such a request, with curl 7.75 or newer. */
export function curlCommand(url: string, { caller, body }: SignedRequest): string {
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
