import type { ClientPair } from '../../../lambda/connect/client-pair.ts';
import { createMint } from '../../../lambda/connect/mint.ts';
import { mintFields } from '../../../lambda/observability/mint-fields.ts';
import type { MintRequest } from '../../../lambda/tokens/mint-request.ts';

/** `fields` name what came back as the service's own log lines do. */
export type Checked = {
  scopes: readonly string[];
  retailerId: string | undefined;
  works: boolean;
  tokenSha256: string | undefined;
  lifetimeSeconds: number | undefined;
  fields: Record<string, unknown>;
};

/**
 * Mints each token with the service's own mint, one after the other: Connect has a limit of requests per second. The tokens
 * are not revoked: a Connect that gives the same token again while it lives would have given one that callers use.
 */
export async function check(pair: ClientPair, requests: readonly MintRequest[]): Promise<Checked[]> {
  const mint = createMint({
    store: onlyWith(pair),
    now: () => Date.now(),
    monotonic: () => performance.now(),
  });
  const checked: Checked[] = [];
  for (const request of requests) {
    const minted = await mint(request, 'onDemand', new AbortController().signal);
    const { outcome } = minted;
    const token = outcome.kind === 'token' ? outcome.token : undefined;
    checked.push({
      scopes: request.scopes,
      retailerId: request.retailerId,
      works: token !== undefined,
      tokenSha256: token?.sha256,
      lifetimeSeconds: token && Math.floor(token.lifetimeMs / 1000),
      fields: mintFields(minted),
    });
  }
  return checked;
}

/** In place of the secret: one pair, without a previous one to fall back to. */
function onlyWith(pair: ClientPair): Parameters<typeof createMint>[0]['store'] {
  return {
    async *candidates() {
      const facts = { versionId: '', stage: 'AWSCURRENT', createdAt: undefined, readAt: 0 } as const;
      yield { credentials: { ...pair, ...facts }, currentFault: undefined };
    },
    remember: () => undefined,
  };
}
