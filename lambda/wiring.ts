import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { createMintPath, type MintPath } from './connect/mint-path.ts';
import { createDynamoDBClient } from './dynamodb/dynamodb-client.ts';
import { createDynamoDBTable } from './dynamodb/dynamodb-table.ts';
import { createHandler } from './http/handler.ts';
import { createRevoke } from './http/revoke.ts';
import { createVend } from './http/vend.ts';
import { createRecordRequest } from './observability/audit.ts';
import { createLog, errorFields } from './observability/log.ts';
import { createRecordRefresh } from './observability/refresh-line.ts';
import { createRecordSecret } from './observability/secret-line.ts';
import type { Policy } from './policy/policy.ts';
import { createRefreshHandler } from './refresh/refresh-handler.ts';
import type { RenewalDependencies } from './tokens/attempt.ts';
import { isCacheable } from './tokens/cache-key.ts';
import { createRenew } from './tokens/renewal.ts';
import { createRevokeToken, type RevokeToken } from './tokens/revocation.ts';
import { createTokenCache, type VendToken } from './tokens/token-cache.ts';
import { createTokenMemory } from './tokens/token-memory.ts';
import { createUncachedVend } from './tokens/uncached-vend.ts';
import { timeBudget } from './values/time-budget.ts';

export type FunctionOptions = { policy: Policy; tokenTable: string; service: string };

type TableOptions = { maxAttempts: number; budget: { beforeMintMs: number; afterMintMs: number } };

/** A caller waits for a vend. */
const vendTable: TableOptions = {
  maxAttempts: 2,
  budget: { beforeMintMs: timeBudget.tableBeforeMintMs, afterMintMs: timeBudget.tableAfterMintMs },
};
/** Nobody waits for a refresh, and its token is of no use outside the table. */
const refreshTable: TableOptions = {
  maxAttempts: 5,
  budget: {
    beforeMintMs: timeBudget.scheduledTableBeforeMintMs,
    afterMintMs: timeBudget.scheduledTableAfterMintMs,
  },
};

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);
}

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Everything that one instance of the vend function consists of. */
export function createVendFunction({ policy, tokenTable, service }: FunctionOptions) {
  const log = createLog(service);
  const { vendToken, revokeToken } = createTokens(tokenTable);
  return createHandler({
    vend: createVend({ policy, vendToken }),
    revoke: createRevoke({ policy, revokeToken }),
    recordRequest: createRecordRequest(log),
    logError: (error) => log('ERROR', 'bug', { error: errorFields(error) }),
    ...clock,
  });
}

/** Everything that one instance of the refresh function consists of. */
export function createRefreshFunction({ policy, tokenTable, service }: FunctionOptions) {
  const mintPath = createMintPath(clock);
  const log = createLog(service);
  return createRefreshHandler({
    policy,
    renew: createRenew(fleetDependencies(tokenTable, refreshTable, mintPath)),
    recordRefresh: createRecordRefresh(log),
    secretAge: mintPath.secretAge,
    recordSecret: createRecordSecret(log),
    ...clock,
  });
}

function createTokens(tokenTable: string): { vendToken: VendToken; revokeToken: RevokeToken } {
  const mintPath = createMintPath(clock);
  const fleet = { ...fleetDependencies(tokenTable, vendTable, mintPath), memory: createTokenMemory() };
  const vendCached = createTokenCache({ ...fleet, renew: createRenew(fleet) });
  const vendUncached = createUncachedVend(fleet);
  return {
    vendToken: (request) => (isCacheable(request.mintRequest) ? vendCached : vendUncached)(request),
    revokeToken: createRevokeToken({ ...fleet, revokeUpstream: mintPath.revokeUpstream }),
  };
}

function fleetDependencies(
  tokenTable: string,
  { maxAttempts, budget }: TableOptions,
  { mint, prepare }: MintPath,
): RenewalDependencies {
  return {
    mint,
    prepare,
    ...clock,
    table: createDynamoDBTable(createDynamoDBClient({ maxAttempts }), tokenTable),
    budget,
    circuits: new Map(),
    newRevision: randomUUID,
    sleep,
    random: Math.random,
  };
}
