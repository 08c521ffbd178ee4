import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { CompiledPolicy } from './policy/compile.ts';
import type { TokenVending } from './token-vending.ts';

/** What callers and operators need to know about. */
export function addOutputs(stack: Stack, policy: CompiledPolicy, vending: TokenVending): void {
  for (const [id, description, value] of [
    ...serviceOutputs(stack, policy, vending),
    ...probeOutputs(vending),
    ...secretOutputs(policy, vending),
  ]) {
    new CfnOutput(stack, id, { description, value });
  }
}

type Output = [id: string, description: string, value: string];

function serviceOutputs(stack: Stack, policy: CompiledPolicy, vending: TokenVending): Output[] {
  const { tokenTable, vend, refresh, api } = vending;
  return [
    ['TokenUrl', 'The URL that callers POST to', vending.tokenUrl],
    ...(api.executeApiUrl === undefined || api.executeApiUrl === vending.tokenUrl
      ? []
      : [executeApiUrl(api.executeApiUrl)]),
    ['TokenUrlParameter', 'The Systems Manager parameter that holds it', api.urlParameter.parameterName],
    ['CallerPolicy', 'The identity policy to attach to callers', stack.toJsonString(vending.callerPolicy)],
    ['FunctionName', 'The vend function', vend.function.functionName],
    ['FunctionLogGroup', "The vend function's log, with the audit lines", vend.logGroup.logGroupName],
    ['RefreshFunctionName', 'The refresh function', refresh.function.functionName],
    ['RefreshLogGroup', "The refresh function's log", refresh.logGroup.logGroupName],
    [
      'AccessLogGroup',
      "API Gateway's access log: requests that did not reach the function, too",
      api.accessLog.logGroupName,
    ],
    ['TokenTable', 'The table of tokens that all instances share', tokenTable.name],
    ['PolicySha256', 'The SHA-256 of the deployed policy file', policy.sha256],
  ];
}

function executeApiUrl(url: string): Output {
  return ['ExecuteApiUrl', "The same under API Gateway's own name", url];
}

function probeOutputs({ probe }: TokenVending): Output[] {
  if (probe === undefined) return [];
  return [
    ['ProbeFunctionName', 'The probe function', probe.function.functionName],
    ['ProbeLogGroup', "The probe function's log", probe.logGroup.logGroupName],
  ];
}

/** For the secrets that this stack has created. */
function secretOutputs(policy: CompiledPolicy, { secrets }: TokenVending): Output[] {
  if (secrets.key === undefined) return [];
  const names = policy.secrets.flatMap((secret) => ('name' in secret ? secret.name : []));
  const arns = secrets.created.map(({ secretArn }) => secretArn);
  return [
    [
      'SecretsToFillIn',
      'The secrets to fill in with {"client_id":"...","client_secret":"..."}',
      names.join(', '),
    ],
    ['SecretArns', 'Their ARNs: the secretArn values of a stack that takes them over', arns.join(', ')],
    ['SecretsKeyArn', "Their key's ARN: the kmsKeyArn of that stack", secrets.key.keyArn],
  ];
}
