import { Aws, CfnRule, Fn, type Stack } from 'aws-cdk-lib';
import type { CompiledPolicy } from './policy/compile.ts';
import type { Settings } from './settings.ts';
import { refuseAt, type SettingsFile } from './settings-file.ts';

/** An ARN's partition, region and account. */
function placeOf(arn: string) {
  const [, partition = '', , region = '', account = ''] = arn.split(':');
  return { partition, region, account };
}

/** The secrets that exist already: where they are, the stack must be. The compiler has compared them. */
function importedSecrets({ secrets }: CompiledPolicy) {
  return secrets.flatMap((secret) => ('arn' in secret ? [{ ...secret, ...placeOf(secret.arn) }] : []));
}

/** CloudWatch notifies topics of its own region only. Throws ConfigurationError where the policy is of another. */
export function refuseDistantTopic(settings: Settings, compiled: CompiledPolicy, file: SettingsFile): void {
  if (settings.alarmTopicArn === undefined) return;
  const topic = placeOf(settings.alarmTopicArn);
  const region = importedSecrets(compiled)[0]?.region ?? topic.region;
  const partition = placeOf(compiled.principals[0] ?? '').partition;
  if (topic.region === region && topic.partition === partition) return;
  const text =
    topic.partition === partition
      ? `is in another region than the secrets of ${settings.policy}: write a topic in ${region}`
      : `is in another partition than the principals of ${settings.policy}: write arn:${partition}:…`;
  refuseAt(file, [{ path: ['stages', settings.stage, 'alarmTopicArn'], text }]);
}

/**
 * The template belongs to no account or region, so only the deployment can compare. Rules take `Ref` of a pseudo
 * parameter, and no function that would cut an ARN. Source: AWS CloudFormation, "Rule functions", supported functions.
 */
export function addPlacementRules(
  stack: Stack,
  { alarmTopicArn, policy }: { alarmTopicArn?: string | undefined; policy: CompiledPolicy },
): void {
  const imported = importedSecrets(policy);
  const topic = alarmTopicArn === undefined ? undefined : placeOf(alarmTopicArn);
  const region = imported[0]?.region ?? topic?.region;
  if (region !== undefined) {
    new CfnRule(stack, 'RegionOfArns').addAssertion(
      Fn.conditionEquals(Aws.REGION, region),
      `secretArn, kmsKeyArn and alarmTopicArn are in ${region}: deploy the stack there, or write ARNs of its region.`,
    );
  }
  if (policy.proberArn !== undefined) {
    const { account } = placeOf(policy.proberArn);
    new CfnRule(stack, 'AccountOfProber').addAssertion(
      Fn.conditionEquals(Aws.ACCOUNT_ID, account),
      `The prober's role is in account ${account}, and the stack makes it: deploy the stack there, or write a role of its account.`,
    );
  }
  // Another account's secret needs a key that its owner shares; AWS's own aws/secretsmanager cannot be shared.
  const ownKey = imported.find(({ kmsKeyArn }) => kmsKeyArn === undefined);
  if (ownKey !== undefined) {
    new CfnRule(stack, 'AccountOfSecrets').addAssertion(
      Fn.conditionEquals(Aws.ACCOUNT_ID, ownKey.account),
      `The secretArn of ${ownKey.client} is in account ${ownKey.account}: deploy the stack there, or write its kmsKeyArn.`,
    );
  }
}
