import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createCredentialsStore } from './credentials.ts';
import { createMint, type Mint } from './mint.ts';

/** What a mint needs and a vend from memory does not: loaded apart, when the first mint comes. */
export function createMinting({ now, monotonic }: { now: () => number; monotonic: () => number }): Mint {
  const client = new SecretsManagerClient({
    maxAttempts: 3,
    // A bare requestTimeout only warns.
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
  });
  return createMint({ store: createCredentialsStore(client, now), now, monotonic });
}
