import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connect, startConnect } from '../local/emulators/connect-emulator.ts';
import { acmeApplication, callback, createWorld, type World } from '../support/world.ts';

/** Seconds that each Connect takes for each answer: for a caller, and for what has more time than a caller's mint. */
const slowSeconds = [3, 5, 8];
const slowestSeconds = [...slowSeconds, 12];
const clientOf = (seconds: number) => `slow-${seconds}`;

// Everything waits at the same time, so that the file takes little longer than its longest wait.
describe.concurrent('a Connect that is slow is not down', () => {
  let connects: Record<string, Connect>;
  let world: World;
  let refreshed: Promise<unknown>;
  beforeAll(async () => {
    const started = slowestSeconds.map(async (seconds) => {
      const connect = await startConnect({ applications: [acmeApplication()] });
      connect.always({ kind: 'slow', milliseconds: seconds * 1_000 });
      return [clientOf(seconds), connect] as const;
    });
    connects = Object.fromEntries(await Promise.all(started));
    world = await createWorld('bundle', {
      clientsAt: Object.fromEntries(Object.entries(connects).map(([name, { url }]) => [name, url])),
      keptWarm: Object.keys(connects),
    });
    refreshed = world.refresh();
  });
  afterAll(async () => {
    await Promise.all([world.close(), ...Object.values(connects).map((connect) => connect.close())]);
  });

  const sentTo = (client: string, scope: string) =>
    connects[client]?.requests.filter(({ fields }) => fields['scope'] === scope).length;

  it.each(slowSeconds)('%i s for a vend, with one request', async (seconds) => {
    const client_id = clientOf(seconds);
    const answer = await world.ask('backOffice', { client_id, scope: 'connect:fulfillment' });
    expect(answer.status, answer.text).toBe(200);
    // The life of the token counts from when it was asked for.
    expect(answer.body['expires_in']).toBeLessThanOrEqual(86_400 - seconds);
    expect(await world.auditOf(answer)).toMatchObject({ mint: 'token', attempts: 1 });
    expect(sentTo(client_id, 'connect:fulfillment')).toBe(1);
  });

  it.each(slowestSeconds)('%i s for a one-time code, with one request', async (seconds) => {
    const client_id = clientOf(seconds);
    const code = connects[client_id]?.issueCode(callback);
    const fields = { client_id, grant_type: 'authorization_code', code, redirect_uri: callback };
    const answer = await world.ask('linker', fields);
    expect(answer.status, answer.text).toBe(200);
    expect(await world.auditOf(answer)).toMatchObject({ mint: 'token', attempts: 1 });
    expect(sentTo(client_id, 'account_linking')).toBe(1);
  });

  it('for the schedule, with one request a token', async () => {
    expect(await refreshed).toEqual({ entries: 6, fresh: 0, renewed: 6, failed: 0 });
    for (const client of Object.keys(connects)) expect(sentTo(client, 'connect:ian')).toBe(1);
  });
});
