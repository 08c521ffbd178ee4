import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../local/emulators/faults.ts';
import { scheduleEvent } from '../local/emulators/schedule-event.ts';
import { createWorld, type World } from '../support/world.ts';

describe('the refresh function', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('bundle');
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    await world.forget();
    world.connect.always();
    world.connect.requests.length = 0;
  });

  it('mints what is kept warm, so that no caller waits for a mint', async () => {
    expect(await world.refresh()).toEqual({ entries: 2, fresh: 0, renewed: 2, failed: 0 });
    expect(await world.refresh()).toEqual({ entries: 2, fresh: 2, renewed: 0, failed: 0 });
    const answer = await world.ask('checkout', {});
    expect(answer.headers.get('cache-status')).toMatch(/hit; detail=table/);
    expect(world.connect.requests).toHaveLength(2);
  });

  it('leaves no lease behind that it never heard it had: callers do not wait for it', async () => {
    // The two entries' reads are answered, once both have come; whatever follows is carried out, and is not.
    const answered: Fault = { kind: 'slow', milliseconds: 300 };
    world.dynamodb.next(answered, answered);
    world.dynamodb.always({ kind: 'resetDone' });
    expect(await world.refresh()).toMatchObject({ renewed: 0, failed: 2 });
    world.dynamodb.always();
    const startedAt = performance.now();
    expect((await world.ask('checkout', {})).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('goes on with the others where one entry fails, and says so', async () => {
    world.acme.withheld = ['connect:ian'];
    expect(await world.refresh()).toEqual({ entries: 2, fresh: 0, renewed: 1, failed: 1 });
    await expect.poll(() => world.metrics().map(({ name }) => name)).toContain('RefreshFailures');
    world.acme.withheld = [];
  });

  it('mints nothing while the table is out of reach, and says that it failed', async () => {
    world.dynamodb.always({ kind: 'reset' });
    expect(await world.refresh()).toEqual({ entries: 2, fresh: 0, renewed: 0, failed: 2 });
    expect(world.connect.requests).toEqual([]);
    world.dynamodb.always();
  });

  it('answers its schedule only, and the vend function API Gateway only', async () => {
    for (const event of [
      {},
      { source: 'aws.events' },
      { ...scheduleEvent(), source: 'x' },
      { httpMethod: 'POST' },
    ]) {
      await expect(world.refresh(event)).rejects.toThrow('its own schedule only');
    }
    const answer = (await world.invoke(scheduleEvent())) as { statusCode: number };
    expect(answer.statusCode).toBe(400);
    expect(world.connect.requests).toEqual([]);
  });

  it('prints counts and hashes, never tokens', async () => {
    await world.refresh();
    const printed = world.lines.join('\n');
    expect(printed).toContain('"token refresh"');
    for (const secret of ['canary', ...world.connect.tokens.keys()]) expect(printed).not.toContain(secret);
  });
});
