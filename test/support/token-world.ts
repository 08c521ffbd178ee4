import type { RenewalDependencies } from '../../lambda/tokens/attempt.ts';
import { isCacheable } from '../../lambda/tokens/cache-key.ts';
import type { MintRequest } from '../../lambda/tokens/mint-request.ts';
import { createRenew } from '../../lambda/tokens/renewal.ts';
import { createTokenCache, type VendResult, type VendToken } from '../../lambda/tokens/token-cache.ts';
import { createTokenMemory } from '../../lambda/tokens/token-memory.ts';
import type { TokenTable } from '../../lambda/tokens/token-table.ts';
import { createUncachedVend } from '../../lambda/tokens/uncached-vend.ts';
import { Secret } from '../../lambda/values/secret.ts';
import { timeBudget } from '../../lambda/values/time-budget.ts';
import { createMemoryTable } from './memory-table.ts';
import { type Answer, simulateConnect } from './simulated-connect.ts';
import { createSleep } from './virtual-clock.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

const client = {
  name: 'acme',
  baseUrl: 'https://connect.example',
  secretId: 'connect/acme',
  scopeSeparator: ',' as const,
  privateScopes: {},
};

export const mintRequest: MintRequest = {
  client,
  grantType: 'client_credentials',
  scopes: ['connect:fulfillment'],
  retailerId: undefined,
  subject: { kind: 'application' },
};

/** For a user of that id, so that one world has many tokens. */
export function requestFor(userId: string): MintRequest {
  return { ...mintRequest, grantType: 'fulfillment_user_assertion', subject: { kind: 'user', userId } };
}

/** An assertion that only Connect can check: its token is never cached. */
export function assertionRequest(assertion = 'assertion'): MintRequest {
  return {
    ...mintRequest,
    grantType: 'urn:ietf:params:oauth:grant-type:retailer-json-bearer',
    subject: { kind: 'opaque', assertion: new Secret(assertion) },
  };
}

export function codeRequest(code = 'code'): MintRequest {
  const redirectUri = 'https://shop.example/callback';
  return {
    ...mintRequest,
    grantType: 'authorization_code',
    scopes: ['account_linking'],
    subject: { kind: 'code', code: new Secret(code), redirectUri, codeVerifier: undefined },
  };
}

export type InstanceOptions = {
  table?: TokenTable;
  /** Its clock is so far ahead of the time of day. */
  aheadMs?: () => number;
  /** As Lambda freezes an instance between requests, this clock may stand meanwhile. */
  monotonic?: () => number;
};

export type Vend = ReturnType<ReturnType<typeof world>['instance']>;

/** The real code on a clock that only tests and sleepers move, before a Connect that does what the test says. */
export function world({ random = (): number => 0, maxTokens = 1_000 } = {}) {
  const state = { now: Date.UTC(2026, 0, 1), answer: { lifetimeMs: day } as Answer, revisions: 0 };
  const sleep = createSleep(state);
  const connect = simulateConnect(state, sleep);
  /** When a secret was read ahead of a mint. */
  const prepared: number[] = [];
  const { table, calls, pointers, rows } = createMemoryTable();
  const theTime = () => state.now;

  const renewal = ({
    table: working = table,
    now = theTime,
    monotonic = theTime,
    mode = 'vend',
  }: RenewalOptions = {}) => {
    const dependencies: RenewalDependencies = {
      table: working,
      budget: budgets[mode],
      mint: connect.mintBy(now),
      prepare: () => prepared.push(state.now),
      circuits: new Map(),
      newRevision: () => `revision-${state.revisions++}`,
      sleep,
      now,
      monotonic,
      random,
    };
    return { dependencies, renew: createRenew(dependencies) };
  };

  /** One more instance before the same table. */
  const instance = ({
    table: working = table,
    aheadMs = () => 0,
    monotonic = theTime,
  }: InstanceOptions = {}) => {
    const now = () => state.now + aheadMs();
    const { renew, dependencies } = renewal({ table: working, now, monotonic });
    const vendCached = createTokenCache({ ...dependencies, renew, memory: createTokenMemory(maxTokens) });
    const vendUncached = createUncachedVend(dependencies);
    const vendToken: VendToken = (request) =>
      (isCacheable(request.mintRequest) ? vendCached : vendUncached)(request);
    return ({
      key = 'key',
      request = requestFor(key),
      minTtlMs = 0,
      refusedSha256 = undefined as string | undefined,
      deadline = Number.POSITIVE_INFINITY,
      signal = new AbortController().signal,
    } = {}) => vendToken({ mintRequest: request, minTtlMs, refusedSha256, deadline, signal });
  };

  return {
    state,
    sleep,
    ...connect,
    prepared,
    vend: instance(),
    instance,
    renewal,
    table,
    calls,
    pointers,
    rows,
  };
}

type RenewalOptions = {
  table?: TokenTable;
  now?: () => number;
  monotonic?: () => number;
  mode?: keyof typeof budgets;
};

const budgets = {
  vend: { beforeMintMs: timeBudget.tableBeforeMintMs, afterMintMs: timeBudget.tableAfterMintMs },
  refresh: {
    beforeMintMs: timeBudget.scheduledTableBeforeMintMs,
    afterMintMs: timeBudget.scheduledTableAfterMintMs,
  },
};

export const text = (result: VendResult) =>
  result.kind === 'token' ? result.token.value.reveal() : result.why.kind;
export const status = (result: VendResult) =>
  result.kind === 'token' ? result.cacheStatus : result.why.kind;
export const sha256 = (result: VendResult) => (result.kind === 'token' ? result.token.sha256 : undefined);
/** Undefined where there is a token, or nobody has named a time. */
export const retryAfterMs = (result: VendResult) =>
  result.kind === 'none' ? result.retryAfterMs : undefined;
