import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { reachable, serve } from './server.ts';

describe('a server', () => {
  it('refuses connections while it is closed, and answers on the same port afterwards', async () => {
    const server = await serve((_request, response) => response.end('here'));
    const ask = async () => (await fetch(server.url)).text();
    expect(await ask()).toBe('here');
    await server.close();
    await expect(ask()).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await server.reopen();
    expect(await ask()).toBe('here');
    await server.close();
    await server.close();
  });
});

describe('a request to a server whose listener fails', () => {
  it.each([
    ['rejects', () => Promise.reject(new Error('failed'))],
    [
      'throws',
      () => {
        throw new Error('failed');
      },
    ],
  ])('ends without a response where it %s, and the server goes on', async (_how, fail) => {
    let isWell = false;
    const server = await serve((_request, response) => (isWell ? response.end('here') : fail()));
    await expect(fetch(server.url)).rejects.toMatchObject({ cause: { code: 'UND_ERR_SOCKET' } });
    isWell = true;
    expect(await (await fetch(server.url)).text()).toBe('here');
    await server.close();
  });
});

describe('the name of a host in URLs', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['192.0.2.1', '192.0.2.1'],
    ['::1', '[::1]'],
  ])('is %s: %s', (host, name) => {
    expect(reachable(host)).toBe(name);
  });

  it('is an address of this machine for all of them', () => {
    const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    for (const host of ['0.0.0.0', '::'])
      expect(own.map(({ address }) => address)).toContain(reachable(host));
  });
});
