import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate';
import { afterAll } from 'vitest';
import { account, type PolicyDocument } from './deployed.ts';

export type Verdict = 'Allowed' | 'ExplicitlyDenied' | 'ImplicitlyDenied';

/** Who asks: the ARN that IAM compares with `aws:PrincipalArn`, or a service; the session's name, and its own policies. */
export type Identity = { arn: string; session?: string; policies?: readonly PolicyDocument[] };

export type Question = {
  who: Identity | 'anonymous';
  action: string;
  resource: string;
  /** The policy of the resource itself. */
  resourcePolicy?: PolicyDocument;
  context?: Record<string, string>;
};

/** An organisation's default: it denies nothing. */
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const organisation = [{ orgIdentifier: 'o-example', policies: [{ name: 'everything', policy: everything }] }];

const isService = (arn: string) => !arn.startsWith('arn:');

let asked = 0;
afterAll(() => console.log(`${asked} questions were put to the evaluator of policies`));

/**
 * What AWS would answer, by an evaluator of policies that is not ours: @cloud-copilot/iam-simulate. Throws for a policy
 * that it finds invalid, an action that AWS does not have, and a resource that the action does not take.
 */
export async function evaluate({
  who,
  action,
  resource,
  resourcePolicy,
  context,
}: Question): Promise<Verdict> {
  asked += 1;
  const policies = who === 'anonymous' ? [] : (who.policies ?? []);
  const answer = await runSimulation(
    {
      request: {
        principal: who === 'anonymous' ? anonymousPrincipal : who.arn,
        action,
        resource: { resource, accountId: resource.split(':')[4] || account },
        contextVariables: { ...(who !== 'anonymous' && contextOf(who)), ...context },
      },
      identityPolicies: policies.map((policy, index) => ({ name: `policy-${index}`, policy })),
      serviceControlPolicies: who === 'anonymous' ? [] : organisation,
      resourceControlPolicies: [],
      resourcePolicy,
    },
    {},
  );
  if (answer.resultType === 'error') throw new Error(JSON.stringify(answer.errors));
  return answer.overallResult as Verdict;
}

function contextOf({ arn, session = 'a-session' }: Identity): Record<string, string> {
  if (isService(arn)) return { 'aws:PrincipalServiceName': arn, 'aws:PrincipalIsAWSService': 'true' };
  return {
    'aws:PrincipalArn': arn,
    'aws:PrincipalAccount': arn.split(':')[4] ?? '',
    'aws:userid': `AROAEXAMPLEEXAMPLE:${session}`,
  };
}
