import { describe, expect, it } from 'vitest';
import { canary } from '../support/canary.ts';
import { expectNothingSecret } from '../support/leaks.ts';
import type { Answer } from '../support/world.ts';
import { useFaultWorld } from './fault-world.ts';

const mistyped = { clientId: 'mistyped', clientSecret: canary };

describe('a rotation', () => {
  const { the, mint } = useFaultWorld('bundle');
  const put = (pair: { clientId: string; clientSecret: string }) =>
    the.world.secretsManager.put(`connect/${the.client}`, the.world.pair(pair));
  const sent = () => the.world.connect.requests.map(({ fields }) => fields['client_id']);

  /** The alarm of refused credentials, as this one request raises it. */
  const alarms = async (answer: Answer) =>
    (await the.world.metricsOf(answer)).filter(({ name }) => name === 'CredentialsRefused');
  const alarm = {
    name: 'CredentialsRefused',
    value: 1,
    unit: 'Count',
    dimensions: { service: 'connect-token-vending-local' },
  };

  it('is seen as soon as Connect refuses the old pair, and alarms nobody', async () => {
    const rotated = { clientId: `new-id-${canary}`, clientSecret: `new-secret-${canary}` };
    await mint();
    the.world.acme.disabled = true;
    the.world.connect.applications.push(rotated);
    put(rotated);
    const answer = await mint({ scope: 'connect:ian' });
    expect(answer.status).toBe(200);
    expect(sent()).toEqual([the.world.acme.clientId, the.world.acme.clientId, rotated.clientId]);
    expect(await the.world.auditOf(answer)).toMatchObject({ refused_credentials: 1, mint: 'token' });
    expect(await alarms(answer)).toEqual([]);
  });

  it('to a wrong pair does no harm while the previous one works, and alarms', async () => {
    put(mistyped);
    const half = await mint();
    expect(half.status).toBe(200);
    expect(await the.world.auditOf(half)).toMatchObject({ refused_credentials: 1, mint: 'token' });
    expect(await alarms(half)).toEqual([alarm]);
    const reads = the.world.secretsManager.reads.length;
    const next = await mint({ scope: 'connect:ian' });
    expect(next.status).toBe(200);
    expect(await alarms(next)).toEqual([]);
    expect(the.world.secretsManager.reads).toHaveLength(reads);
    expect(sent()).toEqual(['mistyped', the.world.acme.clientId, the.world.acme.clientId]);
  });

  it('to two wrong pairs leaves none to try: 502, and alarms', async () => {
    put({ ...mistyped, clientId: 'mistyped, too' });
    put(mistyped);
    const answer = await mint();
    expect([answer.status, answer.body['error']]).toEqual([502, 'server_error']);
    expect(await the.world.auditOf(answer)).toMatchObject({
      reason: 'credentials_refused',
      refused_credentials: 2,
    });
    expect(await alarms(answer)).toEqual([alarm]);
    expect(sent()).toEqual(['mistyped', 'mistyped, too']);
  });

  it('of the empty secret that the stack creates is misconfigured until a pair is put', async () => {
    the.world.secretsManager.create(`connect/${the.client}`);
    const answer = await mint();
    expect([answer.status, answer.body['error']]).toEqual([500, 'server_error']);
    expect(await the.world.auditOf(answer)).toMatchObject({
      reason: 'misconfigured',
      fault: expect.stringContaining("can't find the specified secret value for staging label: AWSCURRENT"),
    });
    expect(sent()).toEqual([]);
  });

  it('into an empty secret has no previous pair', async () => {
    the.world.secretsManager.create(`connect/${the.client}`);
    put(mistyped);
    const answer = await mint();
    expect([answer.status, answer.body['error']]).toEqual([502, 'server_error']);
    expect(sent()).toEqual(['mistyped']);
    expect(await alarms(answer)).toEqual([alarm]);
  });

  it('leaves nothing secret behind', () => expectNothingSecret(the.world, ['mistyped']));
});
