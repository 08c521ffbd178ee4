import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { requestHandler } from '../aws/client-options.ts';
import { createCredentialsStore } from './client-credentials.ts';
import { createMint, type Mint } from './mint.ts';
import type { Order } from './token-endpoint.ts';

export type Minting = { mint: Mint; prepare: (order: Order) => void };

/** What a mint needs and a vend of a token that is there does not: loaded apart, when the first mint comes. */
export function createMinting({ now, monotonic }: { now: () => number; monotonic: () => number }): Minting {
  const client = new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: requestHandler({ connect: 1_000, answer: 2_000 }),
  });
  const store = createCredentialsStore(client, now);
  return {
    mint: createMint({ store, now, monotonic }),
    prepare: (order) => store.prepare(order.client.secretId),
  };
}
