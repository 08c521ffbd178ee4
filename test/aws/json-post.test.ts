import { getEventListeners, once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Answer,
  clientOf,
  endless,
  faultOf,
  never,
  ok,
  reset,
  type ScriptedService,
  says,
  startScriptedService,
} from './scripted-service.ts';

let service: ScriptedService;
beforeEach(async () => {
  service = await startScriptedService();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await service.close();
});

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now();
  return [await work(), performance.now() - startedAt];
}

describe('a signal that aborts', () => {
  it('beforehand: nothing is sent', async () => {
    expect(await faultOf(clientOf(service.url)(AbortSignal.abort()))).toEqual({
      name: 'AbortError',
      message: '',
    });
    expect(service.requests).toEqual([]);
  });

  it.each<[when: string, answer: Answer]>([
    ['while the service is silent', never],
    ['in the middle of a body', endless],
    ['in the pause after a failure', says(500, {})],
  ])('%s: the call ends then, and is not tried again', async (_when, answer) => {
    service.state.otherwise = answer;
    vi.spyOn(Math, 'random').mockReturnValue(20);
    const call = clientOf(service.url, { responseTimeoutMs: 2_000 });
    const [{ name }, tookMs] = await timed(() => faultOf(call(AbortSignal.timeout(100))));
    expect(name).toBe('AbortError');
    expect(tookMs).toBeLessThan(600);
    expect(service.requests).toHaveLength(1);
  });

  it.each<[what: string, answer: Answer]>([
    ['an answer', ok],
    ['a refusal', says(400, {})],
    ['a reset', reset],
    ['silence', never],
  ])('has no listener left after %s, and the process no timer', async (_what, answer) => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    service.state.otherwise = answer;
    const { signal } = new AbortController();
    const call = clientOf(service.url, { maxAttempts: 1 });
    const before = timers();
    await call(signal).catch(() => undefined);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(timers()).toBeLessThanOrEqual(before);
  });
});

describe('a limit of time', () => {
  it.each<[what: string, answer: Answer]>([
    ['a service that never answers', never],
    ['a body that never ends', endless],
    [
      'a body that trickles',
      (response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('ends %s', async (_what, answer) => {
    service.state.otherwise = answer;
    const [{ name }, tookMs] = await timed(() => faultOf(clientOf(service.url, { maxAttempts: 1 })()));
    expect(name).toBe('TimeoutError');
    expect(tookMs).toBeGreaterThan(190);
    expect(tookMs).toBeLessThan(600);
  });

  it('to connect is not the limit to answer', async () => {
    service.state.otherwise = (response) => void setTimeout(ok, 400, response);
    const call = clientOf(service.url, { maxAttempts: 1, connectTimeoutMs: 200, responseTimeoutMs: 2_000 });
    for (const _kept of [false, true]) expect(await call()).toHaveProperty('Item');
  });

  it('ends a handshake that never does', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const options = { maxAttempts: 1, connectTimeoutMs: 200, responseTimeoutMs: 5_000 };
    const [{ name }, tookMs] = await timed(() => faultOf(clientOf(url, options)()));
    expect(name).toBe('TimeoutError');
    expect(tookMs).toBeLessThan(600);
    silent.close();
  });
});

describe('a connection', () => {
  it('is kept for the next call', async () => {
    const call = clientOf(service.url);
    for (let times = 0; times < 3; times++) await call();
    expect(service.connections()).toBe(1);
  });

  it('that was reset meanwhile costs one attempt', async () => {
    const call = clientOf(service.url);
    await call();
    service.state.answers = [reset];
    await call();
    expect(service.requests).toHaveLength(3);
    expect(service.connections()).toBe(2);
  });

  it.each([
    ['was idle for more than 20 s by the wall clock, as after a freeze', 21_000],
    ['was used last in the future, as the clock was set back', -2_000],
  ])('that %s is not used again', async (_what, laterMs) => {
    const call = clientOf(service.url);
    await call();
    const now = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => now() + laterMs);
    await call();
    await call();
    expect(service.requests).toHaveLength(3);
    expect(service.connections()).toBe(2);
  });

  it.each(['given up', 'aborted'])('of a call that was %s is closed', async (why) => {
    const closed = new Promise((resolve) => {
      service.state.otherwise = (response) => void response.socket?.on('close', resolve);
    });
    const call = clientOf(service.url, { maxAttempts: 1 });
    await faultOf(call(why === 'aborted' ? AbortSignal.timeout(50) : undefined));
    await closed;
  });
});
