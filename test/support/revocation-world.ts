import { pointerKey } from '../../lambda/tokens/cache-key.ts';
import type { MintRequest } from '../../lambda/tokens/mint-request.ts';
import { createRevokeToken, type RevocationOutcome } from '../../lambda/tokens/revocation.ts';
import { createTokenCache } from '../../lambda/tokens/token-cache.ts';
import { createTokenMemory } from '../../lambda/tokens/token-memory.ts';
import type { TokenTable } from '../../lambda/tokens/token-table.ts';
import { Secret } from '../../lambda/values/secret.ts';
import { mintRequest, requestFor, world } from './token-world.ts';

/** A world whose instances vend and revoke, before a Connect that takes revocations as `upstream` says. */
export function revocationWorld(options: Parameters<typeof world>[0] = {}) {
  const one = world(options);
  const upstream = { outcome: { kind: 'revoked' } as RevocationOutcome, told: [] as string[] };

  function instance(table: TokenTable = one.table, aheadMs = () => 0) {
    const now = () => one.state.now + aheadMs();
    const { dependencies, renew } = one.renewal({ table, now });
    const memory = createTokenMemory();
    const vendToken = createTokenCache({ ...dependencies, renew, memory });
    const revokeToken = createRevokeToken({
      ...dependencies,
      memory,
      revokeUpstream: async (client, token) => {
        upstream.told.push(`${client.name} ${token.reveal()}`);
        return {
          outcome: upstream.outcome,
          secretVersionId: 'v1',
          secretAgeMs: undefined,
          refusedCredentials: 0,
          isCurrentBad: false,
          attempts: 1,
          evidence: undefined,
          upstreamMs: 0,
          fault: undefined,
        };
      },
    });
    const { signal } = new AbortController();
    return {
      vend: (request: MintRequest = requestFor('key')) =>
        vendToken({
          mintRequest: request,
          minTtlMs: 0,
          refusedSha256: undefined,
          deadline: Number.POSITIVE_INFINITY,
          signal,
        }),
      revoke: (text: string, client = mintRequest.client) =>
        revokeToken({ client, token: new Secret(text), signal }),
    };
  }

  /** What the table says of where a token is held. */
  const pointerOf = (text: string, client = mintRequest.client) =>
    one.rows.get(pointerKey(client, new Secret(text).sha256()))?.row.heldIn;
  return { ...one, instance, upstream, pointerOf };
}
