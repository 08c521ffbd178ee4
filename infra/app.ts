import { App, Validations } from 'aws-cdk-lib';
import featureFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { AwsSolutionsChecks } from 'cdk-nag';
import { PolicyTooLarge } from './api/resource-policy.ts';
import { ConfigurationError } from './files/problems.ts';
import { readPolicy } from './policy/compile.ts';
import { readCdkJson, readSettings } from './settings.ts';
import { VendingStack } from './stack.ts';
import { TooManySecrets } from './storage/read-policies.ts';

// Sets every recommended feature flag of the pinned CDK. Performance counters would make each synth's output differ.
const app = new App({ context: featureFlags, performanceReporting: false });
try {
  const settings = readSettings((key) => app.node.tryGetContext(key), readCdkJson());
  const { stage: stageName, stackName, policy: policyFile, ...rest } = settings;
  new VendingStack(app, stackName, { ...rest, stageName, policy: readPolicy(policyFile) });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  const configurationErrors = [ConfigurationError, PolicyTooLarge, TooManySecrets];
  if (!configurationErrors.some((Configuration) => error instanceof Configuration)) throw error;
  console.error((error as Error).message);
  process.exit(1);
}
