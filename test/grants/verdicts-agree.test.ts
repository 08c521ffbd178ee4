import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askFunction, type Question } from '../../infra/commands/policy/ask-function.ts';
import { describeVerdict } from '../../infra/commands/policy/explanation.ts';
import { type Row, rowsOf } from '../../infra/grants/rows.ts';
import { parsePrincipal } from '../../infra/policy/principals.ts';
import type { AccessRequest } from '../../lambda/policy/decision.ts';
import type { Policy } from '../../lambda/policy/policy.ts';
import { type Identity, matchesPrincipal } from '../../lambda/policy/principal.ts';
import { handlerWith, jsonEvent, vended } from '../support/http-handler.ts';
import { clients, everyRequest, identities, policy } from './random-grants.ts';

/** What `explain` says, what the matrix shows and what the function does are one thing. */

const requests = clients.flatMap(everyRequest);
/** A mutant is tried against fewer. */
const numRuns = process.env['STRYKER_MUTATOR_WORKER'] === undefined ? 50 : 10;

const choices = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(9)), { minLength: 200, maxLength: 200 });

describe('explain and the matrix', () => {
  it('agree with the handler on 10 000 requests under 50 policies', async () => {
    const seen = { allowed: 0, reasons: new Set<unknown>() };
    await fc.assert(
      fc.asyncProperty(policy, choices, async (rules, chosen) => {
        const handle = handlerOf(rules);
        const rows = rowsOf({ policy: rules, principals: [] });
        for (const choice of chosen) {
          const { caller, request } = choose(rules, choice);
          const answer = await handle(caller, request);
          const question: Question = { ...request, scope: request.scopes.join(' ') || undefined };
          const verdict = askFunction(rules, caller, question);
          const { allow, reason, status, error, description, nearest } = describeVerdict(
            ...([rules, caller, question, verdict] as const),
          );
          expect({ allow, reason, status, error, description }).toEqual(answer);
          // The nearest grant fails at the very condition that the function names.
          if (nearest !== null) expect(nearest.takes[0]?.reason).toBe(reason);
          expect(nearest !== null).toBe(status === 403);
          if (reason !== 'scope_needed') expect(isInMatrix(rows, caller, request, verdict)).toBe(allow);
          if (allow) seen.allowed++;
          seen.reasons.add(reason);
        }
      }),
      { numRuns, endOnFailure: true },
    );
    expect(seen.allowed).toBeGreaterThan(numRuns * 10);
    if (numRuns === 50)
      expect([...seen.reasons].sort()).toEqual(
        [
          'caller',
          'client',
          'grant_type',
          'max_min_ttl',
          null,
          'redirect_uri',
          'retailer_id',
          'scope',
        ].concat(['scope_needed', 'user']),
      );
  }, 120_000);
});

/** A caller and a request; mostly near to what one of the grants allows. */
function choose(rules: Policy, [one, other, chance]: [number, number, number]) {
  const grant = rules.grants[one % rules.grants.length];
  const granted = identities.filter((who) =>
    grant?.principals.some((principal) => matchesPrincipal(principal, who)),
  );
  const alike = requests.filter(
    ({ client, grantType }) => client === grant?.client && grantType === grant?.grantType,
  );
  const pick = <T>(values: readonly T[]): T => values[other % values.length] as T;
  return {
    caller: pick(chance === 0 || granted.length === 0 ? identities : granted),
    request: pick(chance === 1 ? requests : alike),
  };
}

function handlerOf(rules: Policy) {
  const { invoke, lines } = handlerWith({ rules, vendToken: async () => vended() });
  return async (caller: Identity, request: AccessRequest) => {
    const { statusCode, body } = await invoke(eventOf(caller, request));
    const answer = JSON.parse(body) as Record<string, unknown>;
    const line = lines.at(-1);
    const allow = line?.['decision'] === 'allow';
    expect(statusCode === 200).toBe(allow);
    return {
      allow,
      reason: line?.['reason'] ?? null,
      status: allow ? null : statusCode,
      error: answer['error'] ?? null,
      description: answer['error_description'] ?? null,
    };
  };
}

function eventOf({ account, kind, name }: Identity, request: AccessRequest) {
  const { client, grantType, scopes, userId, redirectUri, retailerId, minTtlMs = 0 } = request;
  const fields = {
    client_id: client,
    grant_type: grantType,
    scope: scopes.length === 0 ? null : scopes.join(' '),
    user_id: userId,
    min_ttl: minTtlMs / 1000,
    ...(redirectUri !== undefined && { code: 'code', redirect_uri: redirectUri }),
    ...(grantType.includes('bearer') && { assertion: 'assertion' }),
  };
  const event = jsonEvent(fields, retailerId === undefined ? {} : { 'X-Retailer-Id': retailerId });
  const userArn =
    kind === 'role'
      ? `arn:aws:sts::${account}:assumed-role/${name}/session`
      : `arn:aws:iam::${account}:user/${name}`;
  return { ...event, requestContext: { ...event.requestContext, identity: { userArn, accountId: account } } };
}

/** For each scope, one row with all of its conditions. A request without a scope has what the function reads into it. */
function isInMatrix(
  rows: readonly Row[],
  caller: Identity,
  request: AccessRequest,
  verdict: ReturnType<typeof askFunction>,
): boolean {
  const meant = request.scopes.length === 0 && verdict.allow ? verdict.scopes : request.scopes;
  const wanted = meant.length === 0 ? [null] : meant;
  return wanted.every((scope) => rows.some((row) => row.scope === scope && covers(row, caller, request)));
}

function covers(row: Row, caller: Identity, request: AccessRequest): boolean {
  const parsed = parsePrincipal(row.principal);
  if ('problem' in parsed) throw new Error(parsed.problem);
  const { userId, redirectUri, retailerId, minTtlMs = 0 } = request;
  return (
    matchesPrincipal(parsed.principal, caller) &&
    row.client === request.client &&
    row.grant_type === request.grantType &&
    (row.users.length === 0 || row.users.some((pattern) => matchesUser(pattern, userId))) &&
    (row.redirect_uris.length === 0 || row.redirect_uris.includes(redirectUri ?? '')) &&
    (retailerId === undefined || row.retailer_ids.includes(retailerId)) &&
    (row.max_min_ttl === null || minTtlMs / 1000 <= row.max_min_ttl)
  );
}

function matchesUser(pattern: string, user = ''): boolean {
  return pattern.endsWith('*') ? user.startsWith(pattern.slice(0, -1)) : user === pattern;
}
