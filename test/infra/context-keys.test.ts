import { readFileSync } from 'node:fs';
import featureFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { refuseUnknownKeys } from '../../infra/context-keys.ts';
import { ConfigurationError } from '../../infra/files/problems.ts';
import { readSource } from '../../infra/files/source.ts';

const cdkJson = readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8');

/** What the app says with these options on the command line, and with the file's context. */
function complaint(options: Record<string, unknown>, text = cdkJson): string | undefined {
  try {
    refuseUnknownKeys({ ...JSON.parse(text).context, ...options }, readSource(text, 'cdk.json'));
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
}

describe('a key of the context', () => {
  it('is ours, or one of the keys that CDK itself writes', () => {
    // What the command line of the pinned CDK passes on, look-ups and feature flags.
    const ofCdk = {
      'aws:cdk:enable-path-metadata': true,
      'aws:cdk:bundling-stacks': [],
      'aws-cdk:enableDiffNoFail': true,
      '@aws-cdk/core:failSynthOnValidationErrors': false,
      'availability-zones:account=111122223333:region=us-east-1': ['us-east-1a'],
      'hosted-zone:account=111122223333:domainName=shop.example:region=us-east-1': {},
      'acknowledged-issue-numbers': [1],
      ...featureFlags,
    };
    expect(complaint({ ...ofCdk, stage: 'production', policy: 'p.yaml' })).toBeUndefined();
  });

  it.each([
    ['stge', 'development', '-c stge=development: no such key: write -c stage=development'],
    ['Stage', 'development', '-c Stage=development: no such key: write -c stage=development'],
    ['stages', 'development', '-c stages=development: no such key: write -c stage=development'],
    ['plicy', 'p.yaml', '-c plicy=p.yaml: no such key: write -c policy=p.yaml'],
    [
      'environment',
      'development',
      '-c environment=development: no such key: write -c stage=NAME or -c policy=FILE; the key may also stand in cdk.context.json or ~/.cdk.json',
    ],
  ])('is refused where we do not read it: %s', (key, value, expected) => {
    expect(complaint({ [key]: value, stage: 'production' })).toBe(expected);
  });

  it.each([
    ['"stages"', '"stagse"', 'cdk.json:5:5 context.stagse: no such key: write stages'],
    ['"context": {', '"context": { "owner": "a",', 'cdk.json:4:16 context.owner: no such key: remove it'],
  ])('is refused in cdk.json, with its place: %s', (from, to, expected) => {
    expect(complaint({}, cdkJson.replace(from, to))).toBe(expected);
  });
});
