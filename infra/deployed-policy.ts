import type { Checks } from './policy/checks.ts';
import { type CompiledPolicy, readPolicy as read } from './policy/compile.ts';

/**
 * Reads, checks and compiles a policy file for a deployment, by today's date in UTC. Throws ConfigurationError, which lists
 * every mistake with its line and what to write instead.
 */
export function readPolicy(file: string, more: Pick<Checks, 'secretsOfOtherStages'> = {}): CompiledPolicy {
  return read(file, { ...more, target: 'deployment', today: new Date().toISOString().slice(0, 10) });
}
