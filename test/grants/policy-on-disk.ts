import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folders.ts';
import { goodPolicy, toYaml } from '../support/policies.ts';

export type Fields = Record<string, unknown>;

export const arn = (name: string, account = '111122223333') => `arn:aws:iam::${account}:role/${name}`;

export function policyText(grants: Fields[], clients: Fields = {}): string {
  const acme = { acme: { secretName: 'connect/acme' } };
  return toYaml({ ...goodPolicy(), clients: { ...acme, ...clients }, grants, keepWarm: undefined } as never);
}

/** The path of a policy file with these grants. */
export function policyOnDisk(grants: Fields[], clients: Fields = {}): string {
  const path = join(temporaryFolder(), 'policy.yaml');
  writeFileSync(path, policyText(grants, clients));
  return path;
}
