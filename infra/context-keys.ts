import { nearest } from './files/nearest.ts';
import { ConfigurationError } from './files/problems.ts';
import { isObject } from './files/schema-findings.ts';
import type { Source } from './files/source.ts';

/** What this app reads from the command line. `cdk.json` has `stages` besides. */
const options = ['stage', 'policy', 'settings'];

/** CDK's own keys that have no `:` or `/`. Its feature flags, look-ups and options all have one. */
const plainKeysOfCdk = ['acknowledged-issue-numbers', 'assets-ecr-repository-name'];

/** CDK takes any key after `-c`, so a misspelt one would be passed over. Throws ConfigurationError. */
export function refuseUnknownKeys(context: Readonly<Record<string, unknown>>, file?: Source): void {
  const key = Object.keys(context).find((name) => !isKnown(name, context[name]));
  if (key === undefined) return;
  const { context: inFile } = (file?.value ?? {}) as { context?: unknown };
  if (file !== undefined && isObject(inFile) && key !== 'stages' && Object.hasOwn(inFile, key)) {
    const meant = nearest(key, ['stages', 'policy']);
    const text = meant === undefined ? 'no such key: remove it' : `no such key: write ${meant}`;
    throw new ConfigurationError('cdk.json', file.locate([{ path: ['context', key], at: 'key', text }]));
  }
  const value = typeof context[key] === 'string' ? context[key] : JSON.stringify(context[key]);
  const meant = nearest(key, options);
  const text =
    meant === undefined
      ? 'no such key: write -c stage=NAME or -c policy=FILE; the key may also stand in cdk.context.json or ~/.cdk.json'
      : `no such key: write -c ${meant}=${value}`;
  throw new ConfigurationError(`-c ${key}=${value}`, [{ path: '', text }]);
}

function isKnown(key: string, value: unknown): boolean {
  // `-c stages=NAME` would replace the stages of cdk.json.
  if (key === 'stages') return typeof value !== 'string';
  return /[:/]/.test(key) || options.includes(key) || plainKeysOfCdk.includes(key);
}
