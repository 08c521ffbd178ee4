import type { Policy } from '../../../lambda/policy/policy.ts';
import { isNamed } from '../control/granted-requests.ts';
import type { Caller } from '../emulators/callers.ts';

/**
 * Two callers whom no grant names: one of the API's account, which the callers file may have, and one of an account that the
 * resource policy does not list.
 */
export function strangersTo(
  policy: Policy,
  principals: readonly string[],
  callers: readonly Caller[],
  account: string,
): { own: Caller; foreign: Caller } {
  const given = callers.find(
    (caller) => caller.principalArn.split(':')[4] === account && !isNamed(policy, caller),
  );
  const listed = new Set([account, ...principals.map((arn) => arn.split(':')[4])]);
  const foreignAccount = ['999988887777', '888877776666', '777766665555'].find((one) => !listed.has(one));
  return {
    own: given ?? free(policy, callers, ['stranger', 'stranger-2', 'nobody', 'zz-not-granted'], account),
    foreign: {
      ...free(policy, callers, ['outsider', 'outsider-2', 'zz-outsider'], foreignAccount ?? '666655554444'),
      identityPolicyAllows: true,
    },
  };
}

function free(policy: Policy, callers: readonly Caller[], names: readonly string[], account: string): Caller {
  const made = names.map((name) => ({
    accessKeyId: `example-${name}`,
    secretAccessKey: `not-a-secret-${name}`,
    principalArn: `arn:aws:iam::${account}:role/${name}`,
    sessionName: 'example',
  }));
  const isFree = (caller: Caller) =>
    !isNamed(policy, caller) && !callers.some(({ accessKeyId }) => accessKeyId === caller.accessKeyId);
  return made.find(isFree) ?? (made.at(-1) as Caller);
}
