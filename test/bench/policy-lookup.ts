import { compilePolicy } from '../../infra/policy/compile.ts';
import { type AccessRequest, decide } from '../../lambda/policy/decision.ts';
import { grantsTo } from '../../lambda/policy/grants-to.ts';
import type { Policy } from '../../lambda/policy/policy.ts';
import type { Identity, Principal } from '../../lambda/policy/principal.ts';
import { largePolicy } from '../support/large-policy.ts';
import { measureAgainst, median } from './interleaved.ts';
import type { Row } from './report.ts';

export const decisionsACall = 20;

const request: AccessRequest = {
  client: 'acme',
  grantType: 'client_credentials',
  scopes: ['connect:fulfillment'],
};

type Match = Principal['match'];

/** A decision on a large policy against one on a small policy, for callers that each kind of principal matches. */
export async function policyLookup(): Promise<Row[]> {
  const large = compilePolicy(largePolicy(), 'policy.yaml').policy;
  const small = { ...large, grants: large.grants.slice(0, 1) };
  const deciding = (policy: Policy, match: Match, isGranted = true) => {
    const caller = callerOf(policy, match);
    const asked = isGranted ? request : { ...request, scopes: ['connect:compliance'] };
    if (decide(policy, caller, asked).allow !== isGranted) throw new Error('The policy decides otherwise');
    return async () => {
      for (let times = 0; times < decisionsACall; times++) decide(policy, caller, asked);
    };
  };
  const { ratios, control } = await measureAgainst(deciding(small, 'exact'), {
    'small, by a prefix': deciding(small, 'prefix'),
    'small, denied': deciding(small, 'exact', false),
    large: deciding(large, 'exact'),
    'large, by a prefix': deciding(large, 'prefix'),
    'large, denied': deciding(large, 'exact', false),
  });
  const ratio = (name: string) => (ratios[name] ?? Number.NaN).toFixed(2);
  const row = (what: string, policy: Policy, exact: string, name: string): Row => ({
    policy: what,
    grants: policy.grants.length,
    principals: policy.grants.flatMap(({ principals }) => principals).length,
    'allowed, by an exact name': exact,
    'allowed, by a prefix': ratio(`${name}, by a prefix`),
    'denied, the scope': ratio(`${name}, denied`),
    'index built in ms': indexMs(policy).toFixed(2),
  });
  return [
    row('small', small, '1.00', 'small'),
    { policy: 'small, the same again (control)', 'allowed, by an exact name': control.toFixed(2) },
    row('**large**', large, ratio('large'), 'large'),
  ];
}

/** Whom the last grant of that client and scope names so. */
function callerOf({ grants }: Policy, match: Match): Identity {
  const found = grants
    .filter(({ scopes }) => scopes.includes('connect:fulfillment'))
    .at(-1)
    ?.principals.find((principal) => principal.match === match);
  if (found === undefined) throw new Error(`No principal of the policy is matched as ${match}`);
  return { ...found, name: match === 'exact' ? found.name : `${found.name}1` };
}

/** The median of fresh copies, of which each gets an index of its own with its first question. */
function indexMs(policy: Policy): number {
  const times = Array.from({ length: 50 }, () => {
    const copy = { ...policy, grants: [...policy.grants] };
    const caller = callerOf(copy, 'exact');
    const start = performance.now();
    grantsTo(copy, caller);
    return performance.now() - start;
  });
  return median(times);
}
