import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Grant, Policy } from '../../lambda/policy/policy.ts';
import { grantTypes } from '../../lambda/protocol/scopes.ts';
import { handlerWith, jsonEvent } from '../support/http-handler.ts';
import { type MarkedRequest, markedSituation, marksIn } from '../support/marked-policies.ts';

function eventFor({ client, grantType, scopes, userId, redirectUri, retailerId, minTtlMs }: MarkedRequest) {
  return jsonEvent(
    {
      client_id: client,
      grant_type: grantType,
      scope: scopes?.join(' '),
      min_ttl: (minTtlMs ?? 0) / 1_000,
      redirect_uri: redirectUri,
      code: 'ZqcodeqZ',
      ...(grantType === 'fulfillment_user_assertion' ? { user_id: userId } : { assertion: 'ZqassertionqZ' }),
    },
    retailerId === undefined ? {} : { 'X-Retailer-Id': retailerId },
  );
}

async function answerOf(rules: Policy, request: MarkedRequest) {
  const { invoke, lines } = handlerWith({ rules });
  const { statusCode, body } = await invoke(eventFor(request));
  return { statusCode, body, reason: String(lines[0]?.['reason']) };
}

/** What a description may hold: never a grant's id, its principals or its users. */
function wordsOf(grants: readonly Grant[]): Set<string> {
  const texts = grants.flatMap(({ client, scopes, retailerIds, redirectUris }) => [
    client,
    ...scopes,
    ...retailerIds,
    ...redirectUris,
  ]);
  return new Set(texts.flatMap(marksIn));
}

const everyReason = ['caller', 'client', 'grant_type', 'scope', 'user', 'redirect_uri', 'retailer_id'];

describe('the answer to a caller who is denied', () => {
  it('holds no word but of that caller’s own grants: none of the request, none of others', async () => {
    const met = new Map<string, { answers: number; words: number }>();
    await fc.assert(
      fc.asyncProperty(markedSituation, async ({ own, policy, request }) => {
        const { statusCode, body, reason } = await answerOf(policy, request);
        if (statusCode === 200) return;
        const allowed = wordsOf(own);
        const words = marksIn(body);
        expect(
          words.filter((word) => !allowed.has(word)),
          body,
        ).toEqual([]);
        const mentioned = grantTypes.filter((grantType) => body.includes(grantType));
        expect(mentioned.filter((one) => !own.some(({ grantType }) => grantType === one))).toEqual([]);
        if (body.includes('a token without a scope')) expect(own.some(({ unscoped }) => unscoped)).toBe(true);
        // Of all accounts the caller's alone, and no figure but of its own grants.
        expect(body.match(/\d{12}/g) ?? []).toEqual(statusCode === 403 ? ['111122223333'] : []);
        const figure = /at most (\d+) seconds/.exec(body)?.[1];
        if (figure !== undefined)
          expect(own.map(({ maxMinTtlMs = 0 }) => maxMinTtlMs / 1_000)).toContain(Number(figure));
        const before = met.get(reason) ?? { answers: 0, words: 0 };
        met.set(reason, { answers: before.answers + 1, words: before.words + words.length });
      }),
      { numRuns: 4_000 },
    );
    expect([...met.keys()].toSorted()).toEqual(
      [...everyReason, 'max_min_ttl', 'client_needed', 'scope_needed'].toSorted(),
    );
    const silent = ['caller', 'grant_type', 'user', 'max_min_ttl'];
    for (const [reason, { answers, words }] of met) {
      expect(answers, reason).toBeGreaterThanOrEqual(5);
      expect(words > 0, reason).toBe(!silent.includes(reason));
    }
  });

  it('is the same, byte for byte, whatever others are granted', async () => {
    let denied = 0;
    await fc.assert(
      fc.asyncProperty(markedSituation, async ({ policy, samePolicy, request }) => {
        const [one, other] = [await answerOf(policy, request), await answerOf(samePolicy, request)];
        if (one.statusCode !== 200) denied += 1;
        expect(one.statusCode).toBe(other.statusCode);
        if (one.statusCode !== 200) expect(one).toEqual(other);
      }),
      { numRuns: 3_000 },
    );
    expect(denied).toBeGreaterThan(1_000);
  });
});
