import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { VendingApi } from './api/vending-api.ts';
import type { RefreshFunction } from './functions/refresh-lambda.ts';
import type { VendFunction } from './functions/vend-lambda.ts';
import type { CompiledPolicy } from './policy/compile.ts';
import type { ClientSecrets } from './storage/client-secrets.ts';
import type { TokenTable } from './storage/tokens-table.ts';

/** The parts of the stack that callers and operators need to know about. */
export type DeployedParts = {
  compiled: CompiledPolicy;
  secrets: ClientSecrets;
  tokenTable: TokenTable;
  vend: VendFunction;
  refresh: RefreshFunction;
  http: VendingApi;
};

export function addOutputs(stack: Stack, parts: DeployedParts): void {
  for (const [id, description, value] of [...serviceOutputs(stack, parts), ...secretOutputs(parts)]) {
    new CfnOutput(stack, id, { description, value });
  }
}

type Output = [id: string, description: string, value: string];

function serviceOutputs(stack: Stack, parts: DeployedParts): Output[] {
  const { compiled, tokenTable, vend, refresh, http } = parts;
  return [
    ['TokenUrl', 'The URL that callers POST to', http.tokenUrl],
    ['CallerPolicy', 'The identity policy to attach to callers', callerPolicy(stack, http.callArns)],
    ['FunctionName', 'The vend function', vend.function.functionName],
    ['FunctionLogGroup', "The vend function's log, with the audit lines", vend.logGroup.logGroupName],
    ['RefreshFunctionName', 'The refresh function', refresh.function.functionName],
    ['RefreshLogGroup', "The refresh function's log", refresh.logGroup.logGroupName],
    [
      'AccessLogGroup',
      "API Gateway's access log: requests that did not reach the function, too",
      http.accessLog.logGroupName,
    ],
    ['TokenTable', 'The table of tokens that all instances share', tokenTable.name],
    ['PolicySha256', 'The SHA-256 of the deployed policy file', compiled.sha256],
  ];
}

/** For the secrets that this stack has created. */
function secretOutputs({ compiled, secrets }: DeployedParts): Output[] {
  if (secrets.key === undefined) return [];
  const names = compiled.secrets.flatMap((secret) => ('name' in secret ? secret.name : []));
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

function callerPolicy(stack: Stack, resources: string[]): string {
  return stack.toJsonString({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: resources }],
  });
}
