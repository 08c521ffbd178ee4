import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Reason } from '../../lambda/http/oauth-error.ts';
import type { ErrorCode } from '../../lambda/protocol/error-codes.ts';
import { expectError } from '../support/answer.ts';
import { canary } from '../support/canary.ts';
import { forbiddenInQuery } from '../support/query-names.ts';
import { type CallerName, createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld('bundle');
});
afterAll(() => world.close());

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const good = { client_id: 'acme', token: canary };
type Deviation = {
  as?: CallerName;
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
};
const fields = (change: object): Deviation => ({ body: JSON.stringify({ ...good, ...change }) });

// biome-ignore format: a row a line
const rows: Array<[what: string, deviation: Deviation, status: number, error: ErrorCode, reason: Reason]> = [
  ['a caller that may not revoke', { as: 'checkout' }, 403, 'unauthorized_client', 'revoke'],
  ['a client that the caller is not granted', fields({ client_id: 'beta' }), 403, 'unauthorized_client', 'client'],
  ['a client that does not exist', fields({ client_id: canary }), 403, 'unauthorized_client', 'client'],
  ['a caller that is granted nothing', { as: 'lookalike' }, 403, 'unauthorized_client', 'caller'],
  ['no token', fields({ token: undefined }), 400, 'invalid_request', 'field'],
  ['a token that is null', fields({ token: null }), 400, 'invalid_request', 'field'],
  ['a token that is empty', fields({ token: '' }), 400, 'invalid_request', 'field'],
  ['a token that is a number', fields({ token: 7 }), 400, 'invalid_request', 'field'],
  ['a token with its line end', fields({ token: `${canary}\n` }), 400, 'invalid_request', 'field'],
  ['a whole Authorization header', fields({ token: `Bearer ${canary}` }), 400, 'invalid_request', 'field'],
  ['no client, where the caller has several', { ...fields({ client_id: undefined }), as: 'backOffice' }, 400, 'invalid_request', 'client_needed'],
  ['no client, where the caller has one that it may not revoke for', { ...fields({ client_id: undefined }), as: 'checkout' }, 403, 'unauthorized_client', 'revoke'],
  ['a client secret', fields({ client_secret: canary }), 400, 'invalid_request', 'credential_in_body'],
  ['a client assertion', fields({ client_assertion: canary }), 400, 'invalid_request', 'credential_in_body'],
  ['a repeated form field', { headers: form, body: 'client_id=acme&token=a&token=b' }, 400, 'invalid_request', 'field'],
  ['no JSON', { body: canary }, 400, 'invalid_request', 'body'],
  ['JSON that says it is a form', { headers: form }, 400, 'invalid_request', 'body'],
  ['another content type', { headers: { 'content-type': 'text/plain' } }, 415, 'invalid_request', 'content_type'],
  ['more than 16 kB', fields({ token: 'x'.repeat(16_384) }), 413, 'invalid_request', 'size'],
  ['another method', { method: 'PUT' }, 405, 'invalid_request', 'method'],
  ['a path below it', { path: '/v2/oauth/token/revoke/all' }, 404, 'invalid_request', 'path'],
  ['a path with a slash more', { path: '/v2/oauth/token/revoke/' }, 404, 'invalid_request', 'path'],
];

describe('a revocation is refused for', () => {
  afterEach(async () => {
    expect(world.connect.revocations).toEqual([]);
    expect(world.secretsManager.reads).toEqual([]);
    expect(world.dynamodb.calls).toEqual([]);
  });

  const send = ({ as = 'operator', path = '/v2/oauth/token/revoke', ...rest }: Deviation) =>
    world.send(as, path, { method: 'POST', headers: json, body: JSON.stringify(good), ...rest });

  it.each(rows)('%s', async (_what, deviation, status, error, reason) => {
    const answer = await send(deviation);
    expectError(answer, { status, error });
    const line = await world.auditOf(answer);
    expect(line).toMatchObject({
      message: reason === 'path' ? 'token request' : 'token revocation',
      reason,
      decision: 'deny',
    });
    expect(JSON.stringify(line)).not.toContain(canary);
    expect(await world.metricsOf(answer)).toMatchObject([
      { name: 'Denials', dimensions: { service: expect.any(String) } },
      { name: 'Denials', dimensions: { reason } },
    ]);
  });

  it.each(forbiddenInQuery)('%s in the query', async (name) => {
    const answer = await send({ path: `/v2/oauth/token/revoke?${name}=x` });
    expectError(answer, { status: 403, error: 'query_params_forbidden' });
    expect(await world.auditOf(answer)).toMatchObject({ message: 'token revocation', reason: 'query' });
  });

  it('and the text of an unknown path names both paths', async () => {
    const { body } = await send({ path: '/v2/oauth/revoke' });
    expect(body['error_description']).toBe(
      'No such path: use POST /v2/oauth/token or POST /v2/oauth/token/revoke. (reason: path)',
    );
  });
});
