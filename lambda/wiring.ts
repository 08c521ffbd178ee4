import { randomUUID } from 'node:crypto';
import type { MintPath } from './connect/mint-path.ts';
import { createDynamoDBClient, createDynamoDBTable } from './dynamodb/dynamodb-table.ts';
import { createHandler } from './http/handler.ts';
import { createVend } from './http/vend.ts';
import { createRecordRequest } from './observability/audit.ts';
import { createLog, errorFields } from './observability/log.ts';
import { createRecordRefresh } from './observability/refresh-line.ts';
import type { Policy } from './policy/policy.ts';
import { createRefreshHandler } from './refresh/refresh-handler.ts';
import { createBackOff } from './tokens/back-off.ts';
import { createRenew } from './tokens/renewal.ts';
import { createSharedBackOff } from './tokens/shared-back-off.ts';
import { createTokens } from './tokens/tokens.ts';

export type FunctionOptions = { policy: Policy; tokenTable: string; service: string };

/** A caller waits for a vend: the table may cost it a second in all. */
const vendTable = { maxAttempts: 2, patience: { before: 700, after: 300 } };
/** Nobody waits for a refresh, and what it mints is of no use outside the table. */
const refreshTable = { maxAttempts: 5, patience: { before: 3_000, after: 3_000 } };

/** All that one instance of the vend function is made of. */
export function createVendFunction({ policy, tokenTable, service }: FunctionOptions) {
  const { clock, mint, backOff, renew } = createShared(tokenTable, vendTable);
  const vendToken = createTokens({ renew, mint, backOff, now: clock.now, random: Math.random });
  const log = createLog(service);
  return createHandler({
    vend: createVend({ policy, vendToken }),
    recordRequest: createRecordRequest(log),
    logError: (error) => log('ERROR', 'bug', { error: errorFields(error) }),
    ...clock,
  });
}

/** All that one instance of the refresh function is made of. */
export function createRefreshFunction({ policy, tokenTable, service }: FunctionOptions) {
  const { clock, renew } = createShared(tokenTable, refreshTable);
  return createRefreshHandler({
    policy,
    renew,
    recordRefresh: createRecordRefresh(createLog(service)),
    now: clock.now,
  });
}

function createShared(tokenTable: string, { maxAttempts, patience }: typeof vendTable) {
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const { mint, prepare } = loadedWhenNeeded(() =>
    import('./connect/mint-path.ts').then(({ createMintPath }) => createMintPath(clock)),
  );
  const backOff = createBackOff(clock.monotonic);
  const renew = createRenew({
    table: createDynamoDBTable(createDynamoDBClient({ maxAttempts }), tokenTable),
    patience,
    mint,
    prepare,
    backOff: createSharedBackOff(backOff, clock.now),
    newOwner: randomUUID,
    random: Math.random,
    ...clock,
  });
  return { clock, mint, backOff, renew };
}

/** MintPath and the Secrets Manager client with it load with the first mint; a load that fails is tried anew. */
function loadedWhenNeeded(load: () => Promise<MintPath>): MintPath {
  let loading: Promise<MintPath> | undefined;
  const loaded = () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  return {
    mint: async (order, effort, signal) => (await loaded()).mint(order, effort, signal),
    prepare: (order) => {
      loaded().then(
        ({ prepare }) => prepare(order),
        () => undefined,
      );
    },
  };
}
