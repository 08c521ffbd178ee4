import { readFileSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import featureFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { AwsSolutionsChecks } from 'cdk-nag';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { readSettings, type Settings } from '../../infra/settings.ts';
import { openSettings } from '../../infra/settings-file.ts';
import { VendingStack } from '../../infra/stack.ts';
import { temporaryFolder } from '../support/folders.ts';

const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

/** The stack by itself, in this process, under the same flags. */
export function createStack(
  policy: string,
  change: Partial<Settings> = {},
): { app: App; stack: VendingStack } {
  const get = (key: string) => ({ ...context, stage: 'production' })[key];
  const settings = { ...readSettings(get, openSettings(get)), ...change };
  const app = new App({ context: featureFlags, outdir: temporaryFolder(), analyticsReporting: false });
  const { stage: stageName, stackName, policy: _file, ...props } = settings;
  const compiled = compilePolicy(policy, 'p.yaml');
  const stack = new VendingStack(app, stackName, { ...props, stageName, policy: compiled });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack };
}

export function template(policy: string, change?: Partial<Settings>): Template {
  return Template.fromStack(createStack(policy, change).stack);
}
