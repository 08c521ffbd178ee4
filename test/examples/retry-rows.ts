import { expect, it } from 'vitest';
import { canary } from '../support/canary.ts';
import { callback, callers } from '../support/world.ts';
import { type Bench, scope } from './bench.ts';
import type { SessionKey } from './container-credentials.ts';
import { startUnreliableNetwork } from './unreliable-network.ts';

/** What a kit does when it gets no token: how often it asks, how long it waits, and what it tells. */
export function describeRetries({ service, credentials, ask, makeKit, requests }: Bench): void {
  it.each([429, 503, 504])('asks again after %i', async (status) => {
    await makeKit();
    service().answerNext({ status, retryAfter: '0' });
    const { sha256: got = [] } = await ask({ do: 'token' });
    expect(service().world.connect.hashes()).toContain(got[0]);
    expect(requests()).toBe(2);
  });

  it('waits as long as it is told, then signs with the credentials of that moment', async () => {
    const old = { ...callers.session };
    // They expire before the second request, at which the gateway knows the new key only.
    credentials().give(callers.session as SessionKey, 900);
    service().onRequest(() => {
      Object.assign(callers.session, { accessKeyId: 'key-next', sessionToken: `session-next-${canary}` });
    });
    await makeKit();
    service().answerNext({ status: 503, retryAfter: '1' });
    const before = performance.now();
    const { sha256: got = [] } = await ask({ do: 'token' });
    Object.assign(callers.session, old);
    expect(performance.now() - before).toBeGreaterThan(990);
    expect(service().world.connect.hashes()).toContain(got[0]);
    expect(requests()).toBe(2);
  });

  it('asks three times in all', async () => {
    await makeKit();
    service().answerAlways({ status: 503, retryAfter: '0' });
    const { failed } = await ask({ do: 'token' });
    expect(failed).toMatchObject({ status: 503, error: 'an_error', retryAfterSeconds: 0 });
    expect(requests()).toBe(3);
  });

  it('tells of a pause over 30 seconds, and does not wait for it', async () => {
    await makeKit();
    service().answerAlways({ status: 503, retryAfter: '31' });
    const { failed } = await ask({ do: 'token' });
    expect(failed).toMatchObject({ status: 503, retryAfterSeconds: 31 });
    expect(requests()).toBe(1);
  });

  it.each([400, 403, 500, 502])('asks once and tells what the service said: %i', async (status) => {
    await makeKit();
    service().answerAlways({ status, retryAfter: '1' });
    const { failed } = await ask({ do: 'token' });
    expect(failed).toMatchObject({
      status,
      error: 'an_error',
      description: 'What to change.',
      requestId: 'request-1',
    });
    for (const part of [String(status), 'an_error', 'What to change.', 'request-1']) {
      expect(failed?.shown).toContain(part);
    }
    expect(requests()).toBe(1);
  });

  it('asks again a second after a connection that broke', async () => {
    const network = await startUnreliableNetwork(service().url);
    await makeKit({ tokenUrl: network.url });
    network.breakNext(1);
    const before = performance.now();
    const { sha256: got = [] } = await ask({ do: 'token' });
    expect(service().world.connect.hashes()).toContain(got[0]);
    expect(performance.now() - before).toBeGreaterThan(500);
    expect([network.connections(), requests()]).toEqual([2, 1]);
    await network.close();
  });

  it('sends a code over one connection, even if it breaks', async () => {
    const network = await startUnreliableNetwork(service().url);
    await makeKit({ tokenUrl: network.url });
    network.breakNext(99);
    credentials().give(callers.linker as SessionKey);
    const code = service().world.issueCode();
    const { failed } = await ask({ do: 'code', code, redirectUri: callback });
    // There was no answer, and no status.
    expect(failed?.status ?? 0).toBe(0);
    expect([network.connections(), requests()]).toEqual([1, 0]);
    await network.close();
  });

  it.each([429, 503, 504])('sends a code once, whatever the answer: %i', async (status) => {
    credentials().give(callers.linker as SessionKey);
    await makeKit();
    service().answerAlways({ status, retryAfter: '1' });
    const code = service().world.issueCode();
    const { failed } = await ask({ do: 'code', code, redirectUri: callback });
    expect(failed).toMatchObject({ status, retryAfterSeconds: 1 });
    expect(requests()).toBe(1);
  });

  it('gets a token for each code, and keeps none', async () => {
    credentials().give(callers.linker as SessionKey);
    await makeKit({ request: { client_id: 'acme', scope } });
    const tokens = [];
    for (const _ of [1, 2]) {
      const code = service().world.issueCode();
      tokens.push(...((await ask({ do: 'code', code, redirectUri: callback })).sha256 ?? []));
    }
    expect(service().world.connect.hashes()).toEqual(expect.arrayContaining(tokens));
    expect(new Set(tokens).size).toBe(2);
    expect(requests()).toBe(2);
    credentials().give(callers.session as SessionKey);
    expect(tokens).not.toContain((await ask({ do: 'token' })).sha256?.[0]);
  });
}
