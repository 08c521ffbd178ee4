import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, type Finding, formatPath } from './files/problems.ts';
import { isObject } from './files/schema-findings.ts';
import { readSource } from './files/source.ts';
import { readText } from './files/text-file.ts';
import type { SettingsFile } from './settings-file.ts';

type Stages = Readonly<Record<string, unknown>>;
type Refuse = (findings: readonly Finding[]) => never;

/**
 * No file that CDK takes context from may name a stage: a misspelt `-c stage=…`, which CDK passes over, would deploy that
 * stage. Throws ConfigurationError.
 */
export function refuseDefaultStage(folder: string, home: string): void {
  const contextFiles: ReadonlyArray<[file: string, root: string[]]> = [
    [join(folder, 'cdk.json'), ['context']],
    [join(folder, 'cdk.context.json'), []],
    [join(home, '.cdk.json'), ['context']],
  ];
  for (const [file, root] of contextFiles) {
    if (!existsSync(file)) continue;
    const { value, locate } = readSource(readText(file), file);
    const context = root.reduce<unknown>(settingOf, value);
    if (!isObject(context) || !Object.hasOwn(context, 'stage')) continue;
    const text = 'a default would be deployed where -c stage=NAME is misspelt: remove it';
    throw new ConfigurationError(file, locate([{ path: [...root, 'stage'], at: 'key', text }]));
  }
}

/** The stage that the command line names. */
export function wantedStage(wanted: unknown, stages: Stages, file: SettingsFile): string {
  if (typeof wanted === 'string' && Object.hasOwn(stages, wanted)) return wanted;
  const known = Object.keys(stages);
  const absent = wanted === undefined ? 'no stage is named' : `-c stage=${String(wanted)}`;
  const text =
    known.length === 0
      ? `${file.name} ${formatPath([...file.root, 'stages'])} has none yet`
      : `write ${known.map((name) => `-c stage=${name}`).join(' or ')}`;
  throw new ConfigurationError(absent, [{ path: '', text }]);
}

/** A stage's name is a part of the URL. */
export function refuseUnusableNames(stages: Stages, refuse: Refuse): void {
  const unusable = Object.keys(stages).filter((name) => !/^[A-Za-z][A-Za-z0-9_-]{0,127}$/.test(name));
  const text = 'name a stage with up to 128 letters, digits, - and _, starting with a letter';
  if (unusable.length > 0) refuse(unusable.map((name) => ({ path: ['stages', name], text, at: 'key' })));
}

/** Deploying one of the stages would replace the other. */
export function refuseSharedStackName(stages: Stages, stage: string, refuse: Refuse): void {
  const other = otherWithSame(stages, stage, 'stackName');
  if (other === undefined) return;
  const text = `the stage ${other} has the same name: write another`;
  refuse([{ path: ['stages', stage, 'stackName'], text }]);
}

/** Of two stacks that set the account's one role for API Gateway, the later replaces what the earlier has set. */
export function refuseSharedAccountRole(stages: Stages, stage: string, refuse: Refuse): void {
  const other = otherWithSame(stages, stage, 'apiGatewayAccountRole');
  if (other === undefined || settingOf(stages[stage], 'apiGatewayAccountRole') !== true) return;
  const text = `the stage ${other} sets the role too, and an account has one in each region: write false in one of the two`;
  refuse([{ path: ['stages', stage, 'apiGatewayAccountRole'], text }]);
}

function otherWithSame(stages: Stages, stage: string, key: string): string | undefined {
  const value = settingOf(stages[stage], key);
  if (value === undefined) return undefined;
  return Object.keys(stages).find((name) => name !== stage && settingOf(stages[name], key) === value);
}

/**
 * The names of the secrets that other stages create, each with its stage. Mistakes in the policies of those stages are
 * for their own synth, so what cannot be read has no names.
 */
export function secretsOfOtherStages(stages: unknown, stage: string): Map<string, string> {
  const others = Object.entries(isObject(stages) ? stages : {}).filter(([name]) => name !== stage);
  const named = others.flatMap(([name, settings]) => {
    const file = settingOf(settings, 'policy');
    if (typeof file !== 'string') return [];
    return secretNames(file).map((secret) => [secret, `the stage ${name} (${file})`] as const);
  });
  return new Map(named);
}

function secretNames(file: string): string[] {
  let policy: unknown;
  try {
    policy = readSource(readText(file), file).value;
  } catch (error) {
    if (error instanceof ConfigurationError) return [];
    throw error;
  }
  const clients = settingOf(policy, 'clients');
  const names = Object.values(isObject(clients) ? clients : {}).map((client) =>
    settingOf(client, 'secretName'),
  );
  return names.filter((name) => typeof name === 'string');
}

function settingOf(settings: unknown, key: string): unknown {
  return isObject(settings) && Object.hasOwn(settings, key) ? settings[key] : undefined;
}
