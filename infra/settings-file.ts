import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { ConfigurationError, type Finding, formatPath, type Path } from './files/problems.ts';
import { isObject } from './files/schema-findings.ts';
import { readSource, type Source } from './files/source.ts';
import { readText } from './files/text-file.ts';

/** The settings of all stages, as they are written. */
export type SettingsFile = {
  /** In messages. */
  name: string;
  /** Where in the file `stages` is. */
  root: Path;
  /** For the positions of mistakes; undefined where the app runs without the file. */
  source: Source | undefined;
  stages: unknown;
};

/**
 * The stages of `-c settings=FILE`, or else those of `cdk.json`. The policies of FILE are relative to its folder. Throws
 * ConfigurationError.
 */
export function openSettings(context: (key: string) => unknown, cdkJson?: Source): SettingsFile {
  const name = context('settings');
  if (typeof name !== 'string') {
    return { name: 'cdk.json', root: ['context'], source: cdkJson, stages: context('stages') ?? {} };
  }
  const source = readSource(readText(name), name);
  const { stages = {}, ...others } = isObject(source.value) ? source.value : {};
  const file = { name, root: [], source, stages: withPoliciesFrom(dirname(name), stages) };
  const unknown = Object.keys(others).map(
    (key): Finding => ({ path: [key], at: 'key', text: 'no such key: write stages' }),
  );
  return unknown.length > 0 ? refuseAt(file, unknown) : file;
}

/** Undefined where the app runs in another folder than the checkout. */
export function readCdkJson(): Source | undefined {
  return existsSync('cdk.json') ? readSource(readText('cdk.json'), 'cdk.json') : undefined;
}

/** Throws ConfigurationError. The paths of `findings` start where `stages` is. */
export function refuseAt({ name, root, source }: SettingsFile, findings: readonly Finding[]): never {
  const inRoot = findings.map((finding) => ({ ...finding, path: [...root, ...finding.path] }));
  const placeless = inRoot.map(({ path, text }) => ({ path: formatPath(path), text }));
  throw new ConfigurationError(name, source?.locate(inRoot) ?? placeless);
}

function withPoliciesFrom(folder: string, stages: unknown): unknown {
  if (!isObject(stages)) return stages;
  const moved = Object.entries(stages).map(([name, stage]) => {
    const policy = isObject(stage) ? stage['policy'] : undefined;
    if (!isObject(stage) || typeof policy !== 'string' || isAbsolute(policy)) return [name, stage];
    return [name, { ...stage, policy: join(folder, policy) }];
  });
  return Object.fromEntries(moved);
}
