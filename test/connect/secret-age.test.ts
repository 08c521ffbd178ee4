import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awsError } from '../local/emulators/aws-service.ts';
import { expectNothingSecret } from '../support/leaks.ts';
import { createWorld, type World } from '../support/world.ts';

const dayMs = 86_400_000;
const clients = ['acme', 'beta', 'unset'];
const service = 'connect-token-vending-local';

describe('the age of a client secret', () => {
  let world: World;
  let mark: number;
  // The refresh function keeps what it read for five minutes, so each test has its own.
  beforeEach(async () => {
    world = await createWorld('bundle');
    mark = 0;
  });
  afterEach(async () => {
    await expectNothingSecret(world);
    await world.close();
  });

  /** The same pair in a version of that age, and a minute. */
  function putAgain(client: 'acme' | 'beta', days: number): void {
    world.secretsManager.state.now = () => Date.now() - days * dayMs - 60_000;
    world.secretsManager.put(`connect/${client}`, world.pair(world[client]));
    world.secretsManager.state.now = () => Date.now();
  }

  /** What CloudWatch would have measured, by client. */
  function ages(client?: string): number[] {
    return world
      .metrics(mark)
      .filter(({ name, dimensions }) => name === 'SecretAgeDays' && dimensions['client'] === client)
      .map(({ value }) => value);
  }

  async function secretLines(count: number): Promise<Array<Record<string, unknown>>> {
    const read = () => world.lines.slice(mark).filter((line) => line.includes('"client secret"'));
    await expect.poll(() => read().length).toBe(count);
    return read().map((line) => JSON.parse(line));
  }

  it('is told in every run, for every client, with one read for each that also serves the mints', async () => {
    putAgain('acme', 151);
    putAgain('beta', 3);
    expect(await world.refresh()).toMatchObject({ renewed: 2 });
    const lines = await secretLines(clients.length);
    expect(lines).toMatchObject([
      { client: 'acme', secret_age_days: 151, level: 'INFO', service },
      { client: 'beta', secret_age_days: 3 },
      { client: 'unset', fault: 'AWSCURRENT: client_id is empty' },
    ]);
    expect(lines.map(({ secret_version_id }) => secret_version_id)).toEqual(
      clients.map(() => expect.stringMatching(/^[0-9a-f-]{36}$/)),
    );
    expect(new Set(lines.map(({ function_request_id }) => function_request_id)).size).toBe(1);
    const reads = world.secretsManager.reads.map(({ secretId, stage }) => `${secretId} ${stage}`);
    expect(reads.toSorted()).toEqual(clients.map((client) => `connect/${client} AWSCURRENT`));
  });

  it('is told by client and for all together, so that one alarm covers all', async () => {
    putAgain('acme', 151);
    putAgain('beta', 3);
    await world.refresh();
    await secretLines(clients.length);
    expect(Math.max(...ages())).toBe(151);
    expect(ages('beta')).toEqual([3]);
    const [one] = world.metrics(mark).filter(({ name }) => name === 'SecretAgeDays');
    expect(one).toMatchObject({ unit: 'None', dimensions: { service } });
  });

  it('is told again in the next run, though every token is fresh', async () => {
    await world.refresh();
    await secretLines(clients.length);
    mark = world.lines.length;
    expect(await world.refresh()).toMatchObject({ fresh: 2 });
    expect((await secretLines(clients.length))[0]).toMatchObject({ client: 'acme', secret_age_days: 0 });
  });

  it('is 0 where the clock is behind', async () => {
    putAgain('acme', -2);
    await world.refresh();
    expect((await secretLines(clients.length))[0]).toMatchObject({ client: 'acme', secret_age_days: 0 });
  });

  it.each(['AccessDeniedException', 'ThrottlingException'])(
    'that cannot be read (%s) has a line with the fault and no metric, and the tokens stay fresh',
    async (fault) => {
      // The vend function's mints: the refresh function finds the tokens, and has read no secret yet.
      for (const scope of ['connect:fulfillment', 'connect:ian']) await world.ask('backOffice', { scope });
      mark = world.lines.length;
      world.secretsManager.always(awsError(fault));
      expect(await world.refresh()).toMatchObject({ fresh: 2, failed: 0 });
      const lines = await secretLines(clients.length);
      for (const line of lines) {
        expect(line).toMatchObject({ fault: expect.stringContaining(fault) });
        expect(line).not.toHaveProperty('secret_age_days');
      }
      expect(ages()).toEqual([]);
    },
  );

  it('comes with a mint in the vend function too, and costs a vend no call', async () => {
    putAgain('acme', 100);
    const answer = await world.ask('checkout', {});
    expect(answer.status).toBe(200);
    expect(await world.auditOf(answer)).toMatchObject({ mint: 'token', secret_age_days: 100 });
    const minted = (await world.metricsOf(answer)).filter(({ name }) => name === 'SecretAgeDays');
    expect(minted.map(({ value, dimensions }) => [value, dimensions])).toEqual([
      [100, { service }],
      [100, { service, client: 'acme' }],
    ]);
    const reads = world.secretsManager.reads.length;
    const again = await world.ask('checkout', {});
    expect(again.headers.get('cache-status')).toMatch(/hit/);
    expect(await world.auditOf(again)).not.toHaveProperty('secret_age_days');
    expect((await world.metricsOf(again)).map(({ name }) => name)).toEqual(['Vends']);
    expect(world.secretsManager.reads).toHaveLength(reads);
  });

  it('is that of the current version, also where the previous one got the token', async () => {
    putAgain('acme', 200);
    world.secretsManager.put('connect/acme', world.pair({ clientId: 'mistyped', clientSecret: 'mistyped' }));
    const answer = await world.ask('checkout', {});
    expect(await world.auditOf(answer)).toMatchObject({ mint: 'token', secret_age_days: 0 });
  });
});
