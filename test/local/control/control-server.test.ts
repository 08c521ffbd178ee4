import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askByHost } from '../emulators/ask-by-host.ts';
import type { Server } from '../emulators/server.ts';
import { startControlServer } from './control-server.ts';

let control: Server;
beforeAll(async () => {
  const presses = { '/length': (word: string) => `${word.length}` };
  control = await startControlServer({ list: () => 'doors', presses }, '127.0.0.1');
});
afterAll(() => control.close());

const press = async (body: RequestInit['body']) => {
  const url = `${control.url}/length`;
  const response = await fetch(url, { method: 'POST', body: body ?? null, duplex: 'half' } as RequestInit);
  return [response.status, await response.text()];
};

describe('the control server', () => {
  it('answers neither to the host of a page nor to a page that says whose it is', async () => {
    expect(await askByHost(control.url, {})).toEqual({ status: 200, text: 'doors\n' });
    expect(await askByHost(control.url, { host: 'page.example' })).toEqual({
      status: 403,
      text: 'Write one of these as the host of the URL: 127.0.0.1, localhost, [::1]\n',
    });
    expect(await askByHost(control.url, { origin: 'https://page.example' })).toEqual({
      status: 403,
      text: 'Web pages may not use this: send the request with curl or a program\n',
    });
  });

  it('reads words of 16 kB, and none that is longer', async () => {
    const tooLong = [413, 'Write a shorter word: 16 kB at most\n'];
    expect(await press('x'.repeat(16_384))).toEqual([200, '16384\n']);
    expect(await press('x'.repeat(16_385))).toEqual(tooLong);
    const inParts = new Blob(Array.from({ length: 100 }, () => 'x'.repeat(10_000)));
    expect(await press(inParts.stream())).toEqual(tooLong);
  });
});
