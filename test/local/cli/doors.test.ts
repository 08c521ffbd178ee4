import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlDoorRows } from './control-door-rows.ts';
import { commandsIn, type DoorRow, type DoorsBench, first, hit, startDoorsBench } from './doors-bench.ts';
import { signedDoorRows } from './signed-door-rows.ts';

const home = mkdtempSync(join(tmpdir(), 'doors-'));
let bench: DoorsBench;
beforeAll(async () => {
  bench = await startDoorsBench(home);
});
afterAll(async () => {
  await bench.end();
  rmSync(home, { recursive: true });
});

const list: DoorRow = [
  'the list of all doors',
  /^curl http:\S+\/$/,
  async ({ doors, paste }, command) => {
    const listed = commandsIn(await paste(command));
    expect([...listed, command].toSorted()).toEqual(doors.toSorted());
  },
];

const apiUrl = () => /'(http:[^']*)'$/.exec(bench.door(first))?.[1] ?? '';

/** Promises ten bytes of a body, sends four, and goes away once they have arrived. */
async function sendHalf({ hostname, port, pathname }: URL): Promise<void> {
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\nexpect: 100-continue\r\ncontent-length: 10\r\n\r\nhalf`,
  );
  // The server is ready to read.
  await once(socket, 'data');
  socket.destroy();
}

const rows = [...signedDoorRows, ...controlDoorRows, list];

describe('the local stack, with the prober, and its doors', () => {
  it('prints a block that fits a screen, after the refresh and the probe', () => {
    const printed = bench.printed();
    expect(printed).toMatch(
      /2 renewed, 0 failed\.\n\nThe prober was vended a token, and was refused a scope: right\.\n/,
    );
    const block = printed.slice(printed.indexOf('Do it yourself')).split('\n');
    expect(block.length).toBeLessThan(45);
  });

  it('prints no door that is not pressed here', () => {
    const unpressed = bench.doors.filter((command) => !rows.some(([, find]) => find.test(command)));
    expect(unpressed).toEqual([]);
    expect(bench.doors).toHaveLength(rows.length);
  });

  it.each(rows)('has a door for %s', (_what, find, press) => press(bench, bench.door(find)));

  it.each([
    ['/connect', 'teapot', 'Write one of 429, 503, ok, slow, down'],
    ['/secrets/acme', 'lose', 'Write one of rotate, mangle, repair'],
    ['/clock', '2 weeks', 'Write how far to put the clock forward, such as 90m, 23h or 2d: 400 days at most'],
    ['/clock', '0h', 'Write how far to put the clock forward, such as 90m, 23h or 2d: 400 days at most'],
    [
      '/code',
      'https://elsewhere.example',
      'Write a redirect URI that the policy grants: https://shop.example/instacart/callback',
    ],
  ])('says what to write in place of %s %s', async (path, body, sentence) => {
    const response = await fetch(new URL(path, bench.control), { method: 'POST', body });
    expect([response.status, await response.text()]).toEqual([400, `${sentence}\n`]);
  });

  it('forgets for several people at once, and has as many instances afterwards', async () => {
    const press = async () => (await fetch(new URL('/forget', bench.control), { method: 'POST' })).text();
    expect(new Set(await Promise.all([press(), press(), press()]))).toEqual(
      new Set(['The token table is empty, and 2 new instances remember nothing.\n']),
    );
    expect((await bench.ask(bench.door(first))).line).toMatch(/ {2}200 {2}checkout-api /);
  });

  it.each([
    ['Lambda', () => /--lambda (\S+)/.exec(bench.door(/^npm run refresh/))?.[1]],
    ['the control server', () => bench.control],
    ['the API', apiUrl],
  ])('goes on after half a request to %s', async (_what, urlOf) => {
    await sendHalf(new URL(urlOf() ?? ''));
    await bench.forget();
    expect((await bench.ask(bench.door(first))).line).toMatch(/ {2}200 {2}checkout-api /);
  });

  it('opens no door for web pages, other methods and other names', async () => {
    const send = async (path: string, init: RequestInit) =>
      (await fetch(new URL(path, bench.control), init)).status;
    const origin = { origin: 'https://elsewhere.example' };
    expect(await send('/connect', { method: 'POST', body: 'down', headers: origin })).toBe(403);
    expect(await send('/', { headers: origin })).toBe(403);
    const page = await fetch(apiUrl(), { method: 'POST', headers: origin });
    expect([page.status, await page.text()]).toEqual([
      403,
      'Web pages may not use this: send the request with curl or a program\n',
    ]);
    expect(await send('/forget', {})).toBe(405);
    expect(await send('/toString', { method: 'POST' })).toBe(404);
    expect((await bench.ask(bench.door(first))).line).toMatch(hit);
  });
});
