import type { Circuit } from '../../lambda/tokens/attempt.ts';
import { isCacheable } from '../../lambda/tokens/cache-key.ts';
import type { Failure, Mint, MintMode, MintOutcome } from '../../lambda/tokens/mint.ts';
import type { MintRequest } from '../../lambda/tokens/mint-request.ts';
import { createRenew } from '../../lambda/tokens/renewal.ts';
import { createTokenCache, type VendResult, type VendToken } from '../../lambda/tokens/token-cache.ts';
import type { TokenTable } from '../../lambda/tokens/token-table.ts';
import { createUncachedMint } from '../../lambda/tokens/uncached-mint.ts';
import { Secret } from '../../lambda/values/secret.ts';
import { createMemoryTable } from './memory-table.ts';

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

/** What Connect does next: it fails so, or issues a token of that lifetime, after so many milliseconds. */
export type Upstream = (Failure | { lifetimeMs: number; text?: string }) & { takesMs?: number };
export type Answer = Upstream | Promise<MintOutcome>;

/** For a user of that id, so that one world has many tokens. */
export function requestFor(userId: string): MintRequest {
  return { ...mintRequest, grantType: 'fulfillment_user_assertion', subject: { kind: 'user', userId } };
}

const uncached: MintRequest = {
  ...mintRequest,
  grantType: 'urn:ietf:params:oauth:grant-type:retailer-json-bearer',
  subject: { kind: 'opaque', assertion: new Secret('assertion') },
};

export const down: Failure = { kind: 'unavailable', retryAfterMs: undefined, isAnswered: true };
export const silent: Failure = { kind: 'unavailable', retryAfterMs: undefined, isAnswered: false };

/** The real code on a clock that only the test moves, before a Connect that does what the test says. */
export function world({ random = (): number => 0, maxTokens = 1_000 } = {}) {
  const state = { now: Date.UTC(2026, 0, 1), answer: { lifetimeMs: day } as Answer, serial: 0, revisions: 0 };
  const mints: Array<{ mode: MintMode; at: number; signal: AbortSignal }> = [];
  const prepared: number[] = [];
  const { table, calls, rows } = createMemoryTable();
  const now = () => state.now;
  const clock = { now, monotonic: now, random };

  const tokenOutcome = (lifetimeMs: number, text = `token-${state.serial++}`): MintOutcome => {
    const value = new Secret(text);
    const times = { expiresAt: state.now + lifetimeMs, firstSeenAt: state.now, lifetimeMs };
    return {
      kind: 'token',
      token: { value, sha256: value.sha256(), scopes: mintRequest.scopes, ...times, reissuedAt: undefined },
    };
  };
  const mint: Mint = async (_request, mode, signal) => {
    mints.push({ mode, at: state.now, signal });
    const answer = await state.answer;
    if ('takesMs' in answer && answer.takesMs !== undefined) state.now += answer.takesMs;
    const outcome = 'lifetimeMs' in answer ? tokenOutcome(answer.lifetimeMs, answer.text) : answer;
    return {
      outcome: outcome as MintOutcome,
      secretVersionId: 'v1',
      refusedCredentials: 0,
      currentRefused: false,
      upstreamMs: 1,
      fault: undefined,
    };
  };
  const sleep = async (milliseconds: number) => {
    state.now += milliseconds;
    await new Promise((resolve) => setImmediate(resolve));
  };
  const renewal = (working: TokenTable = table, circuits = new Map<string, Circuit>()) =>
    createRenew({
      table: working,
      budget: { beforeMintMs: 700, afterMintMs: 300 },
      mint,
      prepare: () => prepared.push(state.now),
      circuits,
      newRevision: () => `revision-${state.revisions++}`,
      sleep,
      ...clock,
    });
  /** One more instance before the same table. */
  const instance = (working: TokenTable = table) => {
    const circuits = new Map<string, Circuit>();
    const cached = createTokenCache({ renew: renewal(working, circuits), circuits, maxTokens, ...clock });
    const bypassing = createUncachedMint({ mint, circuits, ...clock });
    const vendToken: VendToken = (request) =>
      (isCacheable(request.mintRequest) ? cached : bypassing)(request);
    return ({
      key = 'key',
      isCached = true,
      isApplication = false,
      minTtlMs = 0,
      refusedSha256 = undefined as string | undefined,
      deadline = Number.POSITIVE_INFINITY,
      signal = new AbortController().signal,
    } = {}) =>
      vendToken({
        mintRequest: isCached ? (isApplication ? mintRequest : requestFor(key)) : uncached,
        minTtlMs,
        refusedSha256,
        deadline,
        signal,
      });
  };
  return {
    state,
    mints,
    prepared,
    vend: instance(),
    instance,
    renewal,
    table,
    calls,
    rows,
    tokenOutcome,
    now,
  };
}

export const text = (result: VendResult) =>
  result.kind === 'token' ? result.token.value.reveal() : result.why.kind;
export const status = (result: VendResult) =>
  result.kind === 'token' ? result.cacheStatus : result.why.kind;
export const sha256 = (result: VendResult) => (result.kind === 'token' ? result.token.sha256 : undefined);
