import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DifferenceRow, differencesBetween } from '../../infra/grants/differences.ts';
import { parsePrincipal } from '../../infra/policy/principals.ts';
import { type AccessRequest, decide, decideRevocation } from '../../lambda/policy/decision.ts';
import { grantsTo } from '../../lambda/policy/grants-to.ts';
import type { Policy } from '../../lambda/policy/policy.ts';
import { type Identity, matchesPrincipal } from '../../lambda/policy/principal.ts';
import { clients, everyRequest, identities, policyPair } from './random-grants.ts';

/** The rows of `diff` against both policies' answers to every request of a small world. */

/** A mutant is tried against fewer. */
const numRuns = process.env['STRYKER_MUTATOR_WORKER'] === undefined ? 1_000 : 20;

const requests = new Map(clients.map((client) => [client, everyRequest(client)]));

describe('the difference of two policies', () => {
  it('has a gain for each request that is newly allowed, and a loss for each that is no longer', () => {
    const seen = { gains: 0, losses: 0, same: 0 };
    fc.assert(
      fc.property(policyPair, ([before, after]) => {
        const { gains, losses } = differencesBetween(shown(before), shown(after));
        const counted = compareEverything(before, after, gains, losses);
        expect([gains.length > 0, losses.length > 0]).toEqual([counted.allowed > 0, counted.denied > 0]);
        seen.gains += gains.length;
        seen.losses += losses.length;
        if (counted.allowed + counted.denied === 0) seen.same++;
      }),
      { numRuns, endOnFailure: true },
    );
    expect(Math.min(seen.gains, seen.losses, seen.same * 20)).toBeGreaterThan(numRuns / 2);
  }, 120_000);
});

function shown(policy: Policy) {
  return { policy, principals: [] };
}

/** Every row is about requests that differ, and about all of them; so that a row can be believed by itself. */
function compareEverything(before: Policy, after: Policy, gains: DifferenceRow[], losses: DifferenceRow[]) {
  let [allowed, denied] = [0, 0];
  for (const caller of identities) {
    const [old, now] = [before, after].map((one) => ({ ...one, grants: grantsTo(one, caller) }));
    if (old === undefined || now === undefined) throw new Error('there are two');
    const mine = [gains, losses].map((rows) => rows.filter((row) => isAbout(row, caller)));
    for (const client of clients) {
      const isAsked = [old, now].some(({ grants }) => grants.some((grant) => grant.client === client));
      for (const request of isAsked ? (requests.get(client) ?? []) : []) {
        const [was, is] = [decide(old, caller, request).allow, decide(now, caller, request).allow];
        if (is && !was) allowed++;
        if (was && !is) denied++;
        if (request.scopes.length > 1) continue;
        const rows = mine.map((some) => some.filter((row) => covers(row, request)).length);
        if (rows[0] !== undefined && rows[0] > 0 !== (is && !was))
          throw disagreement('gain', caller, request);
        if (rows[1] !== undefined && rows[1] > 0 !== (was && !is))
          throw disagreement('loss', caller, request);
      }
      const [was, is] = [old, now].map((one) => decideRevocation(one, caller, client).allow);
      if (is && !was) allowed++;
      if (was && !is) denied++;
      const revokes = mine.map((some) => some.some((row) => 'revoke' in row && row.client === client));
      if (revokes[0] !== (is && !was) || revokes[1] !== (was && !is)) throw new Error(`revoke: ${client}`);
    }
  }
  return { allowed, denied };
}

function disagreement(what: string, caller: Identity, request: AccessRequest): Error {
  return new Error(`the rows are wrong about this ${what}: ${JSON.stringify({ caller, request })}`);
}

function isAbout({ principal, except_principals: except }: DifferenceRow, caller: Identity): boolean {
  const matches = (arn: string) => {
    const parsed = parsePrincipal(arn);
    if ('problem' in parsed) throw new Error(parsed.problem);
    return matchesPrincipal(parsed.principal, caller);
  };
  return matches(principal) && !except.some(matches);
}

function covers(row: DifferenceRow, request: AccessRequest): boolean {
  if ('revoke' in row) return false;
  const { users, redirect_uris: uris, retailer_ids: retailers, min_ttl: ttl } = row.conditions;
  const seconds = (request.minTtlMs ?? 0) / 1000;
  return (
    row.client === request.client &&
    row.grant_type === request.grantType &&
    row.scope === (request.scopes[0] ?? null) &&
    (users === null || (isIn(users.of, request.userId) && !isIn(users.except, request.userId))) &&
    (uris === null || uris.includes(request.redirectUri ?? '')) &&
    retailers.includes(request.retailerId ?? null) &&
    (ttl.over === null || seconds > ttl.over) &&
    (ttl.up_to === null || seconds <= ttl.up_to)
  );
}

function isIn(patterns: readonly string[], user: string | undefined): boolean {
  return patterns.some((pattern) => {
    if (pattern === '*') return true;
    if (user === undefined) return false;
    return pattern.endsWith('*') ? user.startsWith(pattern.slice(0, -1)) : user === pattern;
  });
}
