import { describe, expect, it } from 'vitest';
import { awsError } from '../local/emulators/aws-service.ts';
import type { Fault } from '../local/emulators/faults.ts';
import { canary } from '../support/canary.ts';
import { answers } from '../support/upstream-faults.ts';
import type { Answer } from '../support/world.ts';
import { useFaultWorld } from './fault-world.ts';

const slow: Fault = { kind: 'slow', milliseconds: 300 };

describe('a one-time code goes up once', () => {
  const { the, link } = useFaultWorld('bundle', { instances: 2 });
  const sent = () => the.world.connect.requests.map(({ fields }) => fields['client_id']);

  function expectOneLinked(answers: Answer[]): void {
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const refused = answers.find(({ status }) => status === 400);
    expect(refused?.body['error']).toBe('invalid_grant');
    expect(sent()).toHaveLength(1);
    const linked = answers.find(({ status }) => status === 200)?.body['access_token'];
    expect(the.world.connect.tokens.get(String(linked))?.revoked).toBe(false);
  }

  it('where two instances get it at once', async () => {
    the.world.connect.always(slow);
    const code = the.world.issueCode();
    expectOneLinked(await Promise.all([link(code), link(code)]));
  });

  it('where one instance gets it twice at once, or again later', async () => {
    the.world.connect.always(slow);
    const code = the.world.issueCode();
    const [first, _another, second] = await Promise.all([link(code), link('another'), link(code)]);
    the.world.connect.requests.splice(0, 1);
    expectOneLinked([first, second]);
    for (const late of [await link(code), await link(code)])
      expect(await the.world.auditOf(late)).toMatchObject({ reason: 'invalid_grant' });
    expect(sent()).toHaveLength(1);
  });

  it('whatever became of it', async () => {
    the.world.connect.next({ kind: 'resetDone' });
    const code = the.world.issueCode();
    expect((await link(code)).status).toBe(504);
    const again = await link(code, { client_id: the.world.spareClient() });
    expect([again.status, again.body['error']]).toEqual([400, 'invalid_grant']);
    expect(await the.world.auditOf(again)).not.toHaveProperty('mint');
    expect(sent()).toHaveLength(1);
  });

  it('also while the table is away: nobody can tell whether it went up before', async () => {
    the.world.dynamodb.always(awsError('InternalServerError', 500));
    const answer = await link(the.world.issueCode());
    the.world.dynamodb.always();
    expect(answer.status, answer.text).toBe(200);
    expect(await the.world.auditOf(answer)).toMatchObject({
      mint: 'token',
      table_fault: expect.stringContaining('InternalServerError'),
    });
    expect(sent()).toHaveLength(1);
  });

  describe('with each pair', () => {
    const refusing = answers(401, { error: 'invalid_client' });
    const put = (pair: { clientId: string; clientSecret: string }) =>
      the.world.secretsManager.put(`connect/${the.client}`, the.world.pair(pair));

    it('also where a pair has a second version', async () => {
      put(the.world.acme);
      the.world.connect.always(refusing);
      const answer = await link(the.world.issueCode());
      expect(answer.status).toBe(502);
      expect(await the.world.auditOf(answer)).toMatchObject({
        reason: 'credentials_refused',
        refused_credentials: 1,
        attempts: 1,
      });
      expect(sent()).toEqual([the.world.acme.clientId]);
    });

    it('also where another version lies between: the pair in memory, a wrong one, and the first again', async () => {
      for (const at of [0, 1]) {
        const warm = await the.world.ask('backOffice', {
          client_id: the.client,
          scope: at === 0 ? 'connect:fulfillment' : 'connect:ian',
        });
        expect(warm.status).toBe(200);
      }
      the.world.connect.requests.length = 0;
      put(the.world.acme);
      put({ clientId: 'mistyped', clientSecret: canary });
      the.world.connect.always(refusing);
      const answer = await link(the.world.issueCode());
      expect(await the.world.auditOf(answer)).toMatchObject({ refused_credentials: 2, attempts: 2 });
      expect(sent()).toEqual([the.world.acme.clientId, 'mistyped']);
    });
  });
});
