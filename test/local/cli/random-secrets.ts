import { randomBytes } from 'node:crypto';
import type { Caller } from '../emulators/callers.ts';

/** Replaces secrets that everybody can read in this repository. They must not open a stack that gets real tokens. */
export function withRandomSecrets(callers: readonly Caller[]): Caller[] {
  return callers.map((caller) => ({ ...caller, secretAccessKey: randomBytes(30).toString('base64url') }));
}
