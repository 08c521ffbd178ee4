import { describe, expect, it } from 'vitest';
import { canary } from '../support/canary.ts';
import { expectNothingSecret } from '../support/leaks.ts';
import type { Answer } from '../support/world.ts';
import { useFaultWorld } from './fault-world.ts';

const pair = { client_id: 'an-id', client_secret: canary };
const json = JSON.stringify(pair);

// biome-ignore format: a row a line
const malformed: Array<[what: string, value: string | Buffer, fault: string]> = [
  ['that has lost its quotes in a shell', `{client_id:an-id,client_secret:${canary}}`, 'the secret is not a JSON object'],
  ['that is the secret alone', canary, 'the secret is not a JSON object'],
  ['that is a list', `["an-id","${canary}"]`, 'the secret is not a JSON object'],
  ['that is encoded twice', JSON.stringify(json), 'the secret is JSON inside a string: encoded twice'],
  ['that is empty', '', 'the secret is empty'],
  ['of white space', ' \n', 'the secret is empty'],
  ['without a client_secret', '{"client_id":"an-id"}', 'client_secret is missing'],
  ['without a client_id', `{"client_secret":"${canary}"}`, 'client_id is missing'],
  ['whose client_secret is empty', JSON.stringify({ ...pair, client_secret: '' }), 'client_secret is empty'],
  ['whose client_secret is null', JSON.stringify({ ...pair, client_secret: null }), 'client_secret is not a string'],
  ['whose client_secret has a line end', JSON.stringify({ ...pair, client_secret: `${canary}\n` }), 'client_secret has white space at an end'],
  ['whose client_id has a space before it', JSON.stringify({ ...pair, client_id: ' an-id' }), 'client_id has white space at an end'],
  ['whose client_secret has a line end inside', JSON.stringify({ ...pair, client_secret: `${canary}\nx` }), 'client_secret has a character that is not printable ASCII'],
  ['of bytes that are no JSON', Buffer.from(canary), 'the secret is not a JSON object'],
];

describe('a current version', () => {
  const { the, mint } = useFaultWorld('bundle');
  const name = () => `connect/${the.client}`;
  const sent = () => the.world.connect.requests.map(({ fields }) => fields['client_id']);
  const alarms = async (answer: Answer) =>
    (await the.world.metricsOf(answer)).filter((metric) => metric.name === 'CredentialsRefused').length;

  it.each(malformed)('%s falls back to the previous one, and alarms', async (_what, value, fault) => {
    the.world.secretsManager.put(name(), value);
    const answer = await mint();
    expect(answer.status, answer.text).toBe(200);
    expect(await the.world.auditOf(answer)).toMatchObject({
      mint: 'token',
      fault: `AWSCURRENT: ${fault}`,
      refused_credentials: 0,
    });
    expect(await alarms(answer)).toBe(1);
    expect(sent()).toEqual([the.world.acme.clientId]);
  });

  it.each(malformed)('%s, and no other, is for an operator to fix', async (_what, value, fault) => {
    the.world.secretsManager.remove(name());
    the.world.secretsManager.put(name(), value);
    const answer = await mint();
    expect([answer.status, answer.body['error']]).toEqual([500, 'server_error']);
    expect(await the.world.auditOf(answer)).toMatchObject({
      reason: 'misconfigured',
      fault: `AWSCURRENT: ${fault}`,
      attempts: 0,
    });
    expect(sent()).toEqual([]);
  });

  it('that is malformed, after a previous one that Connect refuses: 502, and alarms once', async () => {
    the.world.secretsManager.put(name(), json);
    the.world.secretsManager.put(name(), '{}');
    const answer = await mint();
    expect(answer.status).toBe(502);
    expect(await the.world.auditOf(answer)).toMatchObject({
      reason: 'credentials_refused',
      fault: 'AWSCURRENT: client_id is missing',
      refused_credentials: 1,
    });
    expect(await alarms(answer)).toBe(1);
  });

  it.each([
    ['in bytes', (good: string) => Buffer.from(good)],
    ['after a byte-order mark', (good: string) => `\ufeff${good}`],
    ['in bytes, after a byte-order mark', (good: string) => Buffer.from(`\ufeff${good}`)],
    ['with other fields beside it', (good: string) => good.replace('{', '{"rotated_by":"ops",')],
  ])('with the pair %s is read', async (_how, stored) => {
    the.world.secretsManager.remove(name());
    the.world.secretsManager.put(name(), stored(the.world.pair(the.world.acme)));
    const answer = await mint();
    expect(answer.status, answer.text).toBe(200);
    expect(await the.world.auditOf(answer)).not.toHaveProperty('fault');
    expect(await alarms(answer)).toBe(0);
  });

  it('leaves nothing secret behind', () => expectNothingSecret(the.world, ['an-id']));
});
