import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canary } from '../support/canary.ts';
import { expectNothingSecret } from '../support/leaks.ts';
import { answers } from '../support/upstream-faults.ts';
import { callback } from '../support/world.ts';
import { useFaultWorld } from './fault-world.ts';

/** Every kind of character that a verifier may have. */
const verifier = `Az09-._~${canary}dBjftJeZ4CVP-mB92K27uhbUJU1p1r`;
const challenge = hash('sha256', verifier, 'base64url');

describe('a one-time code', () => {
  const { the, mint, link } = useFaultWorld('bundle');

  it('with PKCE goes up with its verifier, and is good for nobody without', async () => {
    const verifiers = [verifier, undefined, verifier.toLowerCase()];
    const answers = [];
    for (const code_verifier of verifiers)
      answers.push(await link(the.world.issueCode(callback, challenge), { code_verifier }));
    expect(answers.map(({ status, body }) => [status, body['error']])).toEqual([
      [200, undefined],
      [400, 'invalid_grant'],
      [400, 'invalid_grant'],
    ]);
    expect(the.world.connect.requests.map(({ fields }) => fields['code_verifier'])).toEqual(verifiers);
  });

  it('without PKCE sends nothing of it, and other grant types ignore its field', async () => {
    expect((await link(the.world.issueCode())).status).toBe(200);
    expect((await mint({ code_verifier: verifier })).status).toBe(200);
    expect((await mint({ code_verifier: 7 })).status).toBe(200);
    for (const { fields } of the.world.connect.requests) expect(fields).not.toHaveProperty('code_verifier');
  });

  /** The secret has two pairs, so that there is a second one to try. */
  function rotate(): void {
    const previous = { clientId: `previous-${canary}`, clientSecret: canary };
    const name = `connect/${the.client}`;
    the.world.secretsManager.remove(name);
    the.world.secretsManager.put(name, the.world.pair(previous));
    the.world.secretsManager.put(name, the.world.pair(the.world.acme));
  }

  it('goes up once where a 401 does not say that it is about the client', async () => {
    rotate();
    the.world.connect.always(answers(401, '<html>'));
    const answer = await link(the.world.issueCode());
    expect(answer.status).toBe(502);
    expect(the.world.connect.requests).toHaveLength(1);
    expect(await the.world.auditOf(answer)).toMatchObject({ reason: 'not_a_token', refused_credentials: 0 });
  });

  it('goes up again, unused, where it does', async () => {
    rotate();
    the.world.connect.next(answers(401, { error: 'invalid_client' }));
    the.world.connect.applications.push({ clientId: `previous-${canary}`, clientSecret: canary });
    expect((await link(the.world.issueCode())).status).toBe(200);
    expect(the.world.connect.requests).toHaveLength(2);
  });

  it('whose fate is unknown is nobody else’s affair: others are told that Connect is unavailable', async () => {
    the.world.connect.next({ kind: 'reset' });
    expect((await link(the.world.issueCode())).status).toBe(504);
    for (const held of [await link(the.world.issueCode()), await mint()]) {
      expect([held.status, held.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await the.world.auditOf(held)).toMatchObject({
        reason: 'back_off',
        cause: 'upstream_unavailable',
      });
    }
    expect(the.world.connect.requests).toHaveLength(1);
  });

  it('is not thrown away for a min_ttl that its token cannot meet', async () => {
    the.world.connect.state.lifetime = 3_600;
    expect((await link(the.world.issueCode(), { min_ttl: 7_200 })).status).toBe(200);
  });

  /** As it reaches the function so long after the gateway has taken it. */
  function lateBy(milliseconds: number) {
    const event = the.world.eventFor('linker', {
      client_id: the.client,
      grant_type: 'authorization_code',
      code: the.world.issueCode(),
      redirect_uri: callback,
    });
    event.requestContext.requestTimeEpoch = Date.now() - milliseconds;
    return event;
  }

  it('stays unused where no time is left: nothing is begun', async () => {
    const { connect, secretsManager, dynamodb } = the.world;
    const late = await the.world.askFunction(lateBy(26_000));
    expect([late.status, late.body['error']]).toEqual([504, 'temporarily_unavailable']);
    expect(late.body['error_description']).toContain('start the linking again');
    const line = await the.world.auditOf(late);
    expect(line).toMatchObject({ decision: 'allow', reason: 'out_of_time' });
    expect(line).not.toHaveProperty('mint');
    // What the late one had begun would come on top of what the next request costs.
    const calls = () => [secretsManager.reads.length, dynamodb.calls.length];
    const costOf = async (client_id: string) => {
      const before = calls();
      await mint({ client_id });
      return calls().map((count, at) => count - (before[at] ?? 0));
    };
    expect(await costOf(the.client)).toEqual(await costOf(the.world.spareClient()));
    const sent = connect.requests.map(({ fields }) => fields['grant_type']);
    expect(sent).toEqual(['client_credentials', 'client_credentials']);
  });

  it('to which Connect never answers is told so in time, after one attempt', async () => {
    the.world.connect.always({ kind: 'hang' });
    const startedAt = performance.now();
    const answer = await the.world.askFunction(lateBy(23_500));
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    expect([answer.status, answer.body['error']]).toEqual([504, 'temporarily_unavailable']);
    expect(answer.body['error_description']).toContain('start the linking again');
    expect(await the.world.auditOf(answer)).toMatchObject({
      decision: 'allow',
      reason: 'outcome_unknown',
      attempts: 1,
      system_error: 'NO_ANSWER',
    });
    expect(the.world.connect.requests).toHaveLength(1);
  });

  it('holds nobody back where time runs out on it', async () => {
    the.world.connect.next({ kind: 'slow', milliseconds: 600 });
    const late = await the.world.askFunction(lateBy(24_300));
    expect(late.status).toBe(504);
    expect(await the.world.auditOf(late)).toMatchObject({ reason: 'outcome_unknown' });
    expect((await mint()).status).toBe(200);
  });

  it('leaves nothing secret behind', () => expectNothingSecret(the.world));

  it('that cannot have reached Connect, which is gone, is not used up: it may be sent again', async () => {
    await the.world.connect.close();
    const answer = await link(the.world.issueCode());
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await the.world.auditOf(answer)).toMatchObject({ reason: 'upstream_unavailable' });
  });
});
