import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reason } from '../../lambda/http/oauth-error.ts';
import { type Answer, expectError } from '../support/answer.ts';
import { ask } from '../support/good-requests.ts';
import { expectNothingSecret } from '../support/leaks.ts';
import { codeFaults, upstreamFaults } from '../support/upstream-faults.ts';
import { createWorld, type World } from '../support/world.ts';
import { contractWalks } from './contract-walks.ts';
import { identities } from './identities.ts';
import { type Refusal, refusals, saysOf } from './refusals.ts';

const rows = [...refusals, ...contractWalks];

/** The first row of each reason: a selection that meets every refusal there is. */
const oneOfEach = rows.filter((row, at) => rows.findIndex(([, , , , reason]) => reason === row[4]) === at);

async function expectRefused(
  world: World,
  answer: Answer,
  [, , status, error, reason, says = '']: Refusal,
): Promise<void> {
  expectError(answer, { status, error });
  for (const words of [says, saysOf[reason] ?? '', ` (reason: ${reason})`])
    expect(answer.body['error_description']).toContain(words);
  expect(answer.headers.get('allow')).toBe(status === 405 ? 'POST' : null);
  expect(await world.auditOf(answer)).toMatchObject({ decision: 'deny', status, error, reason });
}

describe.each([
  ['bundle', rows],
  ['source', oneOfEach],
] as const)('a request is refused, at the %s, for', (kind, chosen) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(kind);
  });
  afterAll(() => world.close());

  it.each(chosen)('%s', async (...row) => {
    const [, { as, path, ...init }] = row;
    await expectRefused(world, await world.send(as, path, init), row);
  });

  it.each(kind === 'bundle' ? identities : identities.slice(0, 1))(
    'a signer who is nobody: %s',
    async (_who, identity, reason) => {
      const event = world.eventFor('checkout', JSON.parse(ask().body));
      event.requestContext.identity = identity;
      const answer = await world.askFunction(event);
      expectError(
        answer,
        reason === 'caller'
          ? { status: 403, error: 'unauthorized_client' }
          : { status: 400, error: 'invalid_request' },
      );
      expect(await world.auditOf(answer)).toMatchObject({ decision: 'deny', reason });
    },
  );

  it('sends nothing to Connect or Secrets Manager, and neither prints nor stores a secret', async () => {
    expect(world.connect.requests).toEqual([]);
    expect(world.secretsManager.reads).toEqual([]);
    expect(world.dynamodb.calls).toEqual([]);
    await expectNothingSecret(world);
  });
});

describe('the reasons of refusals', () => {
  /** Why no row causes it, and where it is tested. */
  const withoutRow: Partial<Record<Reason, string>> = {
    bug: 'no request is known to cause one: handler.test.ts throws one',
    back_off: 'a mint must have failed before: back-off.test.ts lets one',
    revoke: 'it refuses a revocation, not a token: revocation-refusals.test.ts',
    not_our_token: 'the same',
    not_revoked: 'the same',
    table_unavailable: 'the same',
    min_ttl: 'Connect must have reissued a token before: reused-tokens.test.ts lets it',
    min_ttl_too_long: 'a token must be known before: min-ttl.test.ts has one',
    out_of_time: 'time must pass first: handler.test.ts and codes.test.ts let it',
  };
  /** The compiler wants every reason here. */
  const every: Record<Reason, true> = {
    caller: true,
    client: true,
    grant_type: true,
    scope: true,
    user: true,
    redirect_uri: true,
    retailer_id: true,
    max_min_ttl: true,
    revoke: true,
    path: true,
    method: true,
    query: true,
    content_type: true,
    size: true,
    body: true,
    field: true,
    credential_in_body: true,
    unsupported_grant_type: true,
    unknown_scope: true,
    scope_needs_another_grant_type: true,
    client_needed: true,
    scope_needed: true,
    not_api_gateway: true,
    invalid_grant: true,
    credentials_refused: true,
    query_params_forbidden: true,
    not_entitled: true,
    not_a_token: true,
    upstream_unavailable: true,
    secrets_unavailable: true,
    back_off: true,
    min_ttl: true,
    min_ttl_too_long: true,
    outcome_unknown: true,
    out_of_time: true,
    misconfigured: true,
    not_our_token: true,
    not_revoked: true,
    table_unavailable: true,
    bug: true,
  };

  it('each have a row that causes them, or a reason why there is none', () => {
    const caused = [
      ...rows.map(([, , , , reason]) => reason),
      ...identities.map(([, , reason]) => reason),
      ...[...upstreamFaults, ...codeFaults].map(([, , , reason]) => reason),
    ];
    expect(Object.keys(withoutRow).filter((reason) => caused.includes(reason as Reason))).toEqual([]);
    expect(new Set([...caused, ...Object.keys(withoutRow)])).toEqual(new Set(Object.keys(every)));
  });
});
