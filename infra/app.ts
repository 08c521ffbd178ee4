import { homedir } from 'node:os';
import { App, Validations } from 'aws-cdk-lib';
import featureFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { AwsSolutionsChecks } from 'cdk-nag';
import { PolicyTooLarge } from './api/resource-policy.ts';
import { refuseUnknownKeys } from './context-keys.ts';
import { readPolicy } from './deployed-policy.ts';
import { ConfigurationError } from './files/problems.ts';
import { refuseDistantTopic } from './placement.ts';
import { readSettings } from './settings.ts';
import { openSettings, readCdkJson } from './settings-file.ts';
import { VendingStack } from './stack.ts';
import { refuseDefaultStage, secretsOfOtherStages } from './stages.ts';
import { TooManySecrets } from './storage/read-policies.ts';

// Sets every recommended feature flag of the pinned CDK. Performance counters would make each synth's output differ.
const app = new App({ context: featureFlags, performanceReporting: false });
try {
  const context: Record<string, unknown> = app.node.getAllContext();
  const get = (key: string) => context[key];
  const cdkJson = readCdkJson();
  refuseDefaultStage('', homedir());
  refuseUnknownKeys(context, cdkJson);
  const file = openSettings(get, cdkJson);
  const settings = readSettings(get, file);
  const compiled = readPolicy(settings.policy, {
    secretsOfOtherStages: secretsOfOtherStages(file.stages, settings.stage),
  });
  refuseDistantTopic(settings, compiled, file);
  const { stage: stageName, stackName, policy: _, ...rest } = settings;
  new VendingStack(app, stackName, { ...rest, stageName, policy: compiled });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  const configurationErrors = [ConfigurationError, PolicyTooLarge, TooManySecrets];
  if (!configurationErrors.some((Configuration) => error instanceof Configuration)) throw error;
  console.error((error as Error).message);
  process.exit(1);
}
