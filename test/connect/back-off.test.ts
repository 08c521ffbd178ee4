import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { awsError } from '../local/emulators/aws-service.ts';
import { answers } from '../support/upstream-faults.ts';
import type { Answer } from '../support/world.ts';
import { useFaultWorld } from './fault-world.ts';

describe('a failure', () => {
  const { the, mint, link } = useFaultWorld('bundle');
  const sent = () => the.world.connect.requests.length;

  it('that passes costs its caller time alone: Connect asks for a second, Secrets Manager throttles', async () => {
    the.world.connect.next(answers(429, {}, { 'retry-after': '1' }));
    the.world.secretsManager.next(awsError('ThrottlingException'));
    const startedAt = performance.now();
    expect((await mint()).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(1_000);
    expect(sent()).toBe(2);
  });

  it('holds the next request back, which is told for how long, until one token or refusal proves Connect well', async () => {
    const [first, second] = [the.client, the.world.spareClient()];
    the.world.secretsManager.always(awsError('InternalServiceError', 500));
    await Promise.all([mint({ client_id: first }), mint({ client_id: second })]);
    const reads = the.world.secretsManager.reads.length;
    the.world.secretsManager.always();
    for (const client_id of [first, second]) {
      const held = await mint({ client_id, scope: 'connect:ian' });
      expect([held.status, held.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await the.world.auditOf(held)).toMatchObject({
        reason: 'back_off',
        cause: 'secrets_unavailable',
      });
    }
    expect(the.world.secretsManager.reads).toHaveLength(reads);
    expect(sent()).toBe(0);
    await sleep(1_050);
    expect((await mint({ client_id: first })).status).toBe(200);
    const bad = await link('none', { client_id: second });
    expect(bad.body['error']).toBe('invalid_grant');
    expect((await mint({ client_id: second })).status).toBe(200);
  });

  it('with a Retry-After holds back for as long, and passes it on', async () => {
    the.world.connect.always(answers(429, {}, { 'retry-after': '30' }));
    expect((await mint()).headers.get('retry-after')).toBe('30');
    const again = await mint();
    expect(again.status).toBe(503);
    expect(await the.world.auditOf(again)).toMatchObject({
      reason: 'back_off',
      cause: 'upstream_unavailable',
    });
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(25);
    expect(Number(again.headers.get('retry-after'))).toBeLessThanOrEqual(30);
    expect(sent()).toBe(1);
  });

  it('is told alike to all who waited for one mint', async () => {
    the.world.acme.withheld = ['connect:fulfillment'];
    the.world.connect.always({ kind: 'slow', milliseconds: 300 });
    const calls = () => the.world.dynamodb.calls.length;
    const before = calls();
    await mint({ client_id: the.world.spareClient() });
    const ofOne = calls() - before;
    const waiting = await Promise.all(Array.from({ length: 5 }, () => mint()));
    expect(sent()).toBe(2);
    expect(calls() - before).toBeLessThanOrEqual(2 * ofOne);
    for (const { status, body } of waiting) {
      expect([status, body['error']]).toEqual([502, 'server_error']);
      expect(body['error_description']).toContain('ask Instacart to enable it');
    }
    const lines = await Promise.all(waiting.map((answer) => the.world.auditOf(answer)));
    expect(lines.map(({ reason }) => reason)).toEqual(lines.map(() => 'not_entitled'));
    expect(lines.filter(({ mint: minted }) => minted !== undefined)).toHaveLength(1);
  });

  it('of a retailer’s assertion, or a token of it that is too short, is not met again at every request', async () => {
    const { world } = the;
    const ask = (assertion: string, fields: object = {}) =>
      world.ask('storefront', {
        grant_type: 'urn:ietf:params:oauth:grant-type:retailer-json-bearer',
        scope: 'connect:recommendations',
        assertion,
        ...fields,
      });
    /** The first is told what came of its mint, the ones after it that they are held back, and why. */
    const expectFailure = async (request: () => Promise<Answer>, reason: string, cause: string) => {
      const first = await request();
      expect(await world.auditOf(first)).toMatchObject({ reason });
      for (let i = 0; i < 4; i++) {
        const held = await request();
        expect([held.status, held.body['error']]).toEqual([503, 'temporarily_unavailable']);
        expect(Number(held.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(await world.auditOf(held)).toMatchObject({ reason: 'back_off', cause });
      }
      return first.status;
    };
    expect(await expectFailure(() => ask('unknown-assertion'), 'invalid_grant', 'invalid_grant')).toBe(400);
    expect(sent()).toBe(1);
    world.connect.state.retailerAssertions.add('known-assertion');
    world.connect.state.lifetime = 0;
    const dead = () => ask('known-assertion');
    expect(await expectFailure(dead, 'upstream_unavailable', 'upstream_unavailable')).toBe(503);
    expect(sent()).toBe(2);
  });

  it('to answer at once shortens the token’s life: it is counted from when the token was asked for', async () => {
    the.world.connect.state.lifetime = 60;
    the.world.connect.next({ kind: 'slow', milliseconds: 1_050 });
    const { body } = await mint();
    expect(body['expires_in']).toBeLessThanOrEqual(58);
    expect(body['expires_in']).toBeGreaterThan(50);
  });
});
