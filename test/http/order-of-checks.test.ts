import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reason } from '../../lambda/http/oauth-error.ts';
import { askForUser, type CallerRequest, link } from '../support/good-requests.ts';
import type { TokenEvent } from '../support/token-event.ts';
import { createWorld, type World } from '../support/world.ts';

type Draft = { event: TokenEvent; fields: Record<string, unknown>; text?: string; bytes?: number };

/** What can be wrong with a request, in the order in which it is looked for. */
const faults: Array<[reason: Reason, spoil: (draft: Draft) => void]> = [
  ['query', ({ event }) => Object.assign(event, { queryStringParameters: { code: '' } })],
  ['path', ({ event }) => Object.assign(event, { pathParameters: { proxy: 'v1' } })],
  ['method', ({ event }) => Object.assign(event, { httpMethod: 'PUT' })],
  ['content_type', ({ event }) => Object.assign(event, { headers: { 'content-type': 'text/plain' } })],
  ['size', (draft) => Object.assign(draft, { bytes: 16_385 })],
  ['body', (draft) => Object.assign(draft, { text: '[]' })],
  ['field', ({ fields }) => Object.assign(fields, { min_ttl: 'long' })],
  ['unsupported_grant_type', ({ fields }) => Object.assign(fields, { grant_type: 'password' })],
  ['unknown_scope', ({ fields }) => Object.assign(fields, { scope: 'connect:unheard_of' })],
  ['caller', ({ event }) => Object.assign(event.requestContext, { identity: {} })],
  ['client', ({ fields }) => Object.assign(fields, { client_id: 'nobody' })],
];

const pairs = faults.flatMap(([first, spoilFirst], at) =>
  faults.slice(at + 1).map(([second, spoilSecond]) => ({ first, second, spoilFirst, spoilSecond })),
);

/** Of what the policy does not grant, the first thing is told; each of these requests has two. */
const mismatches: Array<[reason: Reason, other: Reason, request: CallerRequest]> = [
  ['client', 'grant_type', askForUser({ client_id: 'beta' }, { as: 'checkout' })],
  ['client', 'user', askForUser({ client_id: 'beta', user_id: 'nobody' })],
  ['grant_type', 'scope', link({ scope: 'account_linking' }, { as: 'checkout' })],
  ['grant_type', 'user', askForUser({ user_id: 'nobody' }, { as: 'checkout' })],
  [
    'scope',
    'retailer_id',
    withRetailer(askForUser({ grant_type: 'client_credentials', scope: 'connect:ian' }), 'checkout'),
  ],
  ['user', 'retailer_id', withRetailer(askForUser({ user_id: 'nobody' }))],
  ['redirect_uri', 'retailer_id', withRetailer(link({ redirect_uri: 'https://other.example/' }))],
];

function withRetailer(request: CallerRequest, as = request.as): CallerRequest {
  return { ...request, as, headers: { ...request.headers, 'x-retailer-id': 'nobody' } };
}

describe('the order of checks', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('bundle');
  });
  afterAll(() => world.close());

  async function reasonOf(...spoils: Array<(draft: Draft) => void>): Promise<unknown> {
    const event = world.eventFor('checkout', {});
    const draft: Draft = { event, fields: { client_id: 'acme', grant_type: 'client_credentials' } };
    for (const spoil of spoils) spoil(draft);
    const { text = JSON.stringify(draft.fields), bytes = 0 } = draft;
    event.body = text.padEnd(bytes);
    return (await world.auditOf(await world.askFunction(event)))['reason'];
  }

  it.each(faults)('finds %s where nothing else is wrong', async (reason, spoil) => {
    expect(await reasonOf()).toBeUndefined();
    expect(await reasonOf(spoil)).toBe(reason);
  });

  it.each(pairs)('has $first before $second', async ({ first, spoilFirst, spoilSecond }) => {
    expect(await reasonOf(spoilSecond, spoilFirst)).toBe(first);
  });

  it.each(mismatches)('has of the policy %s before %s', async (reason, _other, { as, path, ...init }) => {
    const answer = await world.send(as, path, init);
    expect([answer.status, (await world.auditOf(answer))['reason']]).toEqual([403, reason]);
  });
});
