import type { Client } from '../policy/policy.ts';

/**
 * The current version of a client's secret, and how long ago it was put. `fault`, for the log, says why the version cannot
 * be used as a pair, or why nothing is known of it.
 */
export type SecretAge = {
  versionId: string | undefined;
  ageMs: number | undefined;
  fault: string | undefined;
};

/** Never throws for what AWS does. */
export type ReadSecretAge = (client: Client, signal: AbortSignal) => Promise<SecretAge>;
