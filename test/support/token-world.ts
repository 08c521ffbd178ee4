import { type BackOff, createBackOff } from '../../lambda/tokens/back-off.ts';
import type { MintMode, MintOutcome, MintResult } from '../../lambda/tokens/mint.ts';
import type { MintRequest } from '../../lambda/tokens/mint-request.ts';
import { createRenew } from '../../lambda/tokens/renewal.ts';
import { createSharedBackOff } from '../../lambda/tokens/shared-back-off.ts';
import type { TokenTable } from '../../lambda/tokens/token-table.ts';
import { createTokens, type VendResult } from '../../lambda/tokens/tokens.ts';
import { Secret } from '../../lambda/values/secret.ts';
import { createMemoryTable } from './memory-table.ts';

export const hour = 3_600_000;
export const day = 24 * hour;
const client = {
  name: 'acme',
  baseUrl: 'https://connect.example',
  secretId: 'connect/acme',
  scopeSeparator: ',' as const,
  privateScopes: {},
};
export const order: MintRequest = {
  client,
  grantType: 'client_credentials',
  scopes: ['connect:fulfillment'],
  retailerId: undefined,
  subject: { kind: 'application' },
};

export type Answer = MintOutcome | { lifetime: number; text?: string } | Promise<MintOutcome>;

/** For a user of that id, so that one world has many tokens. */
export function orderFor(userId: string): MintRequest {
  return { ...order, grantType: 'fulfillment_user_assertion', subject: { kind: 'user', userId } };
}

const uncached: MintRequest = {
  ...order,
  grantType: 'urn:ietf:params:oauth:grant-type:retailer-json-bearer',
  subject: { kind: 'opaque', assertion: new Secret('assertion') },
};

/** The real code on a clock that only the test moves, before a Connect that answers what the test says. */
export function world({ random = (): number => 0, most = 1_000 } = {}) {
  const state = { now: Date.UTC(2026, 0, 1), answer: { lifetime: day } as Answer, serial: 0, owners: 0 };
  const mints: Array<{ effort: MintMode; at: number; signal: AbortSignal }> = [];
  const { table, calls } = createMemoryTable();
  const tokenOutcome = (lifetime: number, text = `token-${state.serial++}`): MintOutcome => {
    const value = new Secret(text);
    const expiresAt = state.now + lifetime;
    return {
      kind: 'token',
      token: {
        value,
        sha256: value.sha256(),
        scopes: order.scopes,
        expiresAt,
        firstSeenAt: state.now,
        lifetime,
        broughtBack: false,
      },
    };
  };
  const mint = async (_order: MintRequest, effort: MintMode, signal: AbortSignal): Promise<MintResult> => {
    mints.push({ effort, at: state.now, signal });
    const answer = await state.answer;
    const outcome = 'lifetime' in answer ? tokenOutcome(answer.lifetime, answer.text) : answer;
    return {
      outcome,
      secretVersionId: 'v1',
      refusedCredentials: 0,
      currentRefused: false,
      upstreamMs: 1,
      fault: undefined,
    };
  };
  const now = () => state.now;
  const renewal = (backOff: BackOff, working: TokenTable = table) =>
    createRenew({
      table: working,
      patience: { before: 700, after: 300 },
      mint,
      prepare: () => undefined,
      backOff: createSharedBackOff(backOff, now),
      newOwner: () => `owner-${state.owners++}`,
      now,
      monotonic: now,
      pause: async (milliseconds) => {
        state.now += milliseconds;
        await new Promise((resolve) => setImmediate(resolve));
      },
      random,
    });
  /** One more instance before the same table. */
  const instance = (working: TokenTable = table) => {
    const backOff = createBackOff(now, most);
    const renew = renewal(backOff, working);
    const vendToken = createTokens({ renew, mint, backOff, now, random, most });
    return ({
      key = 'key',
      cached = true,
      application = false,
      minTtl = 0,
      refused = undefined as string | undefined,
      signal = new AbortController().signal,
    } = {}) =>
      vendToken({
        order: cached ? (application ? order : orderFor(key)) : uncached,
        minTtl,
        refused,
        signal,
      });
  };
  return { state, mints, vend: instance(), instance, renewal, table, calls, tokenOutcome };
}

export const down: MintOutcome = { kind: 'unavailable', retryAfter: undefined };
export const text = (vended: VendResult) =>
  vended.kind === 'token' ? vended.token.value.reveal() : vended.kind;
export const level = (vended: VendResult) => (vended.kind === 'token' ? vended.level : vended.kind);
