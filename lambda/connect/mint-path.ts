import type { Mint } from '../tokens/mint.ts';
import type { MintRequest } from '../tokens/mint-request.ts';
import type { RevokeUpstream } from '../tokens/revocation.ts';
import type { ReadSecretAge } from '../tokens/secret-age.ts';
import { createClientCredentialsStore } from './client-credentials.ts';
import { createMint } from './mint.ts';
import { createRevokeUpstream } from './revocation.ts';
import { createReadSecret } from './secrets-client.ts';

export type MintPath = {
  mint: Mint;
  prepare: (request: Pick<MintRequest, 'client'>) => void;
  revokeUpstream: RevokeUpstream;
  secretAge: ReadSecretAge;
};

/** All that asks Secrets Manager or Connect. */
export function createMintPath({ now, monotonic }: { now: () => number; monotonic: () => number }): MintPath {
  const store = createClientCredentialsStore(createReadSecret(), now);
  return {
    mint: createMint({ store, now, monotonic }),
    revokeUpstream: createRevokeUpstream({ store, now, monotonic }),
    prepare: (request) => store.prepare(request.client.secretId),
    secretAge: (client, signal) => store.age(client.secretId, signal),
  };
}
