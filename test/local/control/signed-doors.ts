import { hash } from 'node:crypto';
import type { Client, Policy } from '../../../lambda/policy/policy.ts';
import type { Caller } from '../emulators/callers.ts';
import { curlCommand, curlWith, environmentOf, quote, tokenOf } from './curl.ts';
import type { Door } from './door.ts';
import {
  callerWhoRevokes,
  callerWithoutGrant,
  type GrantedRequest,
  grantedRequests,
} from './granted-requests.ts';

export type SignedDoorOptions = {
  /** The token endpoint, and the control server. */
  url: string;
  control: string;
  policy: Policy;
  callers: readonly Caller[];
  strangers: readonly Caller[];
  first: GrantedRequest;
  /** Whether a client's Connect is on this machine. */
  isLocal: (client: Client) => boolean;
  /** What the local Connect accepts as a retailer's assertion. */
  retailerAssertion: string;
};

/** Requests that callers may send, and some that they may not. */
export function signedDoors(options: SignedDoorOptions): Door[] {
  return [...asking(options), ...otherGrantTypes(options), ...refusals(options), ...revoking(options)];
}

function asking(options: SignedDoorOptions): Door[] {
  const { url, policy, callers, first } = options;
  const others = grantedRequests(policy, callers, 'client_credentials');
  const other = others.find(
    ({ caller, grant }) => caller.principalArn !== first.caller.principalArn && grant.id !== first.grant.id,
  );
  const group = 'Ask for a token';
  const again = '200 with the same token: cache-status is a hit, in memory or in the table';
  return [
    { group, expect: again, command: curlCommand(url, first), isFirst: true },
    {
      group: 'Ask from a program of your own, in a shell of its own',
      expect:
        `The environment of a kit. Then, for one: npx node examples/typescript/example.ts ${first.grant.scopes[0] ?? ''}`.trimEnd(),
      command: environmentOf(url, first.caller, connectOf(options, first.client)),
      isFirst: true,
    },
    ...(other === undefined
      ? []
      : [
          {
            group,
            expect: `200 for ${nameOf(other.caller)}, by the grant ${other.grant.id}`,
            command: curlCommand(url, other),
          },
        ]),
  ];
}

/** Where the client's Connect is, if that is on this machine. */
function connectOf({ policy, isLocal }: SignedDoorOptions, client: string): string | undefined {
  return policy.clients.find((one) => one.name === client && isLocal(one))?.baseUrl;
}

function otherGrantTypes(options: SignedDoorOptions): Door[] {
  const { url, control, retailerAssertion } = options;
  const doors: Door[] = [];
  const user = localRequest(options, 'fulfillment_user_assertion');
  if (user !== undefined) {
    const userId = user.grant.users[0]?.replace(/\*$/, 'user-1') ?? 'user-1';
    doors.push({
      group: 'Act for a user',
      expect: `200 for ${nameOf(user.caller)}, and kept for this user: the first time a miss, then a hit`,
      command: withFields(url, user, { user_id: userId }),
    });
  }
  const retailer = localRequest(options, 'urn:ietf:params:oauth:grant-type:retailer-json-bearer');
  if (retailer !== undefined)
    doors.push({
      group: 'Pass a retailer assertion on',
      expect: `200 for ${nameOf(retailer.caller)}: cache-status fwd=bypass, since only Connect can read it`,
      command: withFields(url, retailer, { assertion: retailerAssertion }),
    });
  const linking = localRequest(options, 'authorization_code');
  const redirectUri = linking?.grant.redirectUris[0];
  if (linking !== undefined && redirectUri !== undefined)
    doors.push(...linkingDoors(url, control, linking, redirectUri));
  return doors;
}

/** RFC 7636's example. */
const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

function linkingDoors(url: string, control: string, linking: GrantedRequest, redirectUri: string): Door[] {
  const group = 'Link an account';
  const newCode = (word: string) => `curl --silent --data ${quote(word)} ${control}/code`;
  const exchange = (command: string, more: Record<string, string> = {}) => {
    const rest = JSON.stringify({ ...linking.fields, redirect_uri: redirectUri, ...more }).slice(1);
    return curlWith(url, linking.caller, `${quote('{"code":"')}"$(${command})"${quote(`",${rest}`)}`);
  };
  const plain = newCode(redirectUri);
  const withChallenge = newCode(`${redirectUri} ${hash('sha256', codeVerifier, 'base64url')}`);
  return [
    { group, expect: 'Prints a fresh code, as Connect would add it to this redirect URI', command: plain },
    {
      group,
      expect: `200 for ${nameOf(linking.caller)}, with a fresh code: fwd=bypass. The same code a second time is 400`,
      command: exchange(plain),
    },
    {
      group,
      expect: 'The same with PKCE: the code has an S256 challenge, and without its code_verifier it is 400',
      command: exchange(withChallenge, { code_verifier: codeVerifier }),
    },
  ];
}

function refusals({ url, policy, callers, strangers, first }: SignedDoorOptions): Door[] {
  const group = 'Be refused';
  const without = callerWithoutGrant(first, policy, callers);
  return [
    ...(without === undefined
      ? []
      : [
          {
            group,
            expect: `403 unauthorized_client: the policy grants ${nameOf(without)} other things`,
            command: curlCommand(url, { caller: without, body: first.body }),
          },
        ]),
    ...strangers.map((caller) => ({
      group,
      expect: `403: the policy knows no ${nameOf(caller)} of account ${caller.principalArn.split(':')[4]}; the terminal says who decided`,
      command: curlCommand(url, { caller, body: first.body }),
    })),
  ];
}

function revoking({ url, policy, callers, first }: SignedDoorOptions): Door[] {
  const caller = callerWhoRevokes(first.client, policy, callers);
  if (caller === undefined) return [];
  const start = policy.clients.length > 1 ? `{"client_id":"${first.client}","token":"` : '{"token":"';
  return [
    {
      group: 'Revoke a token',
      expect:
        '200 {}: the token of the first request of this list. Within a minute that request gets another one',
      command: curlWith(`${url}/revoke`, caller, `${quote(start)}"${tokenOf(url, first)}"${quote('"}')}`),
    },
  ];
}

function localRequest(
  { policy, callers, isLocal }: SignedDoorOptions,
  grantType: Parameters<typeof grantedRequests>[2],
): GrantedRequest | undefined {
  const local = new Set(policy.clients.filter(isLocal).map(({ name }) => name));
  return grantedRequests(policy, callers, grantType).find(({ client }) => local.has(client));
}

function withFields(url: string, { caller, fields }: GrantedRequest, more: Record<string, string>): string {
  return curlCommand(url, { caller, body: JSON.stringify({ ...fields, ...more }) });
}

function nameOf({ principalArn }: Caller): string {
  return principalArn.split('/').at(-1) ?? '';
}
