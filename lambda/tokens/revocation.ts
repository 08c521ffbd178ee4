import type { Client } from '../policy/policy.ts';
import type { Secret } from '../values/secret.ts';
import { timeBudget } from '../values/time-budget.ts';
import type { RenewalDependencies } from './attempt.ts';
import { type BoundedTable, boundTable } from './bounded-table.ts';
import { pointerKey } from './cache-key.ts';
import type { UpstreamResult } from './mint.ts';
import { isRevoked, mergeRevoked } from './revoked.ts';
import { forgetToken, type TokenMemory } from './token-memory.ts';

/**
 * How Connect took a revocation:
 * - `revoked`: the token is dead, or was never alive
 * - `not_our_token`: it is another application's, according to every pair of credentials that Connect took
 * - `not_revoked`: an answer that says neither, a redirect for one
 * - the others as for a mint
 */
export type RevocationOutcome =
  | { kind: 'revoked' }
  | { kind: 'unavailable'; retryAfterMs: number | undefined }
  | {
      kind:
        | 'not_our_token'
        | 'not_revoked'
        | 'query_params_forbidden'
        | 'credentials_refused'
        | 'misconfigured'
        | 'secrets_unavailable';
    };

/** Tells Connect, once for each pair of credentials at most. Never throws for what AWS or Connect do. */
export type RevokeUpstream = (
  client: Client,
  token: Secret,
  signal: AbortSignal,
) => Promise<UpstreamResult<RevocationOutcome>>;

/** `given up`: no instance vends the token any more, within a minute; `unknown`: nothing here holds it. */
export type GivingUp = 'given up' | 'unknown' | 'out of reach';

export type RevocationResult = {
  upstream: UpstreamResult<RevocationOutcome>;
  table: GivingUp;
  tableFault: string | undefined;
};

export type RevokeToken = (request: {
  client: Client;
  token: Secret;
  signal: AbortSignal;
}) => Promise<RevocationResult>;

export type RevocationDependencies = Omit<RenewalDependencies, 'budget' | 'mint' | 'circuits'> & {
  memory: TokenMemory;
  revokeUpstream: RevokeUpstream;
};

/** Another instance can win the race for a row as often as it renews the row's token: hardly ever twice. */
const maxTries = 5;

/**
 * Takes a token away from every instance, and then from the world. In this order: what ends in between has a token that
 * lives and is not vended, and can be tried again.
 */
export function createRevokeToken(dependencies: RevocationDependencies): RevokeToken {
  const { memory, prepare, revokeUpstream, now } = dependencies;
  const budget = { beforeMintMs: timeBudget.revocationTableMs, afterMintMs: 0 };

  return async function revokeToken({ client, token, signal }) {
    prepare({ client });
    const table = boundTable({ ...dependencies, budget });
    const sha256 = token.sha256();
    const known = forgetToken(memory, client, sha256, now());
    const pointer = await table.read(pointerKey(client, sha256));
    const { heldIn } = pointer?.row ?? {};
    const until = Math.max(known.until, heldIn?.until ?? 0);
    const rows = [...new Set([...known.texts, ...(heldIn?.texts ?? [])])];
    const given = await Promise.all(rows.map((row) => giveUp(table, row, sha256, until)));
    // A request of this instance may have read it from the table again meanwhile.
    forgetToken(memory, client, sha256, now());
    const upstream = await revokeUpstream(client, token, signal);
    const isOutOfReach = pointer === undefined || given.includes(false);
    const found = rows.length > 0 ? 'given up' : 'unknown';
    return { upstream, table: isOutOfReach ? 'out of reach' : found, tableFault: table.fault() };
  };

  /** Writes into the row that the token is revoked, and takes it out. A newer token stays. */
  async function giveUp(table: BoundedTable, key: string, sha256: string, until: number): Promise<boolean> {
    for (let tries = 0; tries < maxTries; tries++) {
      const stored = await table.read(key);
      if (stored === undefined) return false;
      const { row, revision } = stored;
      const isHeld = row.token?.sha256 === sha256;
      if (!isHeld && isRevoked({ sha256 }, row.revoked)) return true;
      const revoked = mergeRevoked(row.revoked, { texts: [sha256], until }, now());
      const next = { ...row, token: isHeld ? undefined : row.token, revoked };
      const revisions = { next: dependencies.newRevision(), expected: [revision] };
      const result = await table.replace(key, next, revisions);
      if (result !== 'lost') return result === 'replaced';
    }
    return false;
  }
}
